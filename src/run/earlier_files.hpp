#pragma once
// Files that earlier runs left in an output folder, and no others: what people put beside them stays.
#include <filesystem>

namespace veery {

/// What killed runs left under construction.
void remove_staged_files(const std::filesystem::path& output);

/// All that the manifest or a unit record names, and the files of the run itself; then folders that became empty.
/// Throws Error when something can't be removed.
void remove_run(const std::filesystem::path& output);

}  // namespace veery
