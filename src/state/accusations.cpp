#include <string>
#include <system_error>
#include <vector>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/state/accusations.hpp>
#include <veery/state/started_marks.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

void write_table(const fs::path& folder, const Accusations& accusations) {
  const fs::path file = folder / output_name::kAccused;
  std::error_code ignored;
  if (accusations.empty()) {
    fs::remove(file, ignored);
  } else {
    publish_text(file, to_text(accusations));
  }
}

/// "3.marks": other files in the folder are somebody's own.
bool is_marks_file(const fs::path& path) {
  const std::string rank = path.stem().string();
  return path.extension() == ".marks" && !rank.empty() && rank.find_first_not_of("0123456789") == std::string::npos;
}

std::vector<fs::path> marks_files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) return files;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (is_marks_file(entry.path())) files.push_back(entry.path());
  }
  return files;
}

}  // namespace

std::string to_text(const Accusations& accusations) {
  std::string text = csv_row({"path", "processes_died"});
  for (const auto& [path, count] : accusations) text += csv_row({text_cell(path), std::to_string(count)});
  return text;
}

Accusations accusations_from_text(const std::string& text) {
  Accusations accusations;
  const auto rows = parse_csv(text);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string>& row = rows[i];
    const std::optional<int> count = row.size() == 2 ? parse_number<int>(row[1]) : std::nullopt;
    if (!count) throw Error{"not a table of accused recordings", row.front()};
    accusations[text_of_cell(row[0])] = *count;
  }
  return accusations;
}

Accusations collect_accusations(const fs::path& folder) {
  std::error_code failure;
  Accusations accusations;
  const fs::path table = folder / output_name::kAccused;
  if (fs::exists(table, failure)) accusations = accusations_from_text(read_text(table));
  const fs::path started = folder / output_name::kStarted;
  const std::vector<fs::path> files = marks_files_in(started);
  if (files.empty()) return accusations;
  for (const fs::path& file : files) {
    for (const std::string& path : accused_by(file)) ++accusations[path];
  }
  // In this order a death in between loses an accusation; in the other it would count twice.
  for (const fs::path& file : files) fs::remove(file, failure);
  fs::remove(started, failure);  // only when it is empty
  write_table(folder, accusations);
  return accusations;
}

void keep_accusations(const fs::path& folder, const Accusations& all, const std::vector<std::string>& guilty) {
  Accusations kept;
  for (const std::string& path : guilty) {
    const auto found = all.find(path);
    if (found != all.end()) kept.insert(*found);
  }
  if (kept != all) write_table(folder, kept);
}

}  // namespace veery
