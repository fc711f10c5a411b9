#include <system_error>

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
  const fs::path marks = folder / output_name::kStarted;
  if (!fs::is_directory(marks, failure)) return accusations;
  for (const auto& entry : fs::directory_iterator{marks}) {
    for (const std::string& path : accused_by(entry.path())) ++accusations[path];
  }
  // In this order a death in between loses an accusation; in the other it would count twice.
  fs::remove_all(marks, failure);
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
