#pragma once
// The sorted table (LevelDB's) that the index of a checkpoint is.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace veery::separation {

using TableEntry = std::pair<std::string, std::string>;

/// Keys and values in order of the keys, every block checked against its checksum. Throws Error naming the file.
[[nodiscard]] std::vector<TableEntry> read_sorted_table(const std::filesystem::path& path);

/// Throws Error when a length or position anywhere in the table points outside of it.
void check_table_lengths(const std::string& table, const std::filesystem::path& path);

}  // namespace veery::separation
