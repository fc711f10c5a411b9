#pragma once
// Recordings that were in work when a process died: how often.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace veery {

/// By path as in the index; how many processes died over it.
using Accusations = std::map<std::string, int>;

/// What earlier runs left in `folder`: their marks (which it takes away) are added to the table. To be called by the
/// holder of the folder's lease. Throws Error.
[[nodiscard]] Accusations collect_accusations(const std::filesystem::path& folder);

/// Keeps those of `guilty` in the table alone; without any it is removed. For the end of a whole run.
void keep_accusations(const std::filesystem::path& folder, const Accusations& all,
                      const std::vector<std::string>& guilty);

/// A text for the other ranks, and back.
[[nodiscard]] std::string to_text(const Accusations& accusations);
[[nodiscard]] Accusations accusations_from_text(const std::string& text);

}  // namespace veery
