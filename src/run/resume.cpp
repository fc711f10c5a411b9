#include "run/resume.hpp"

#include <set>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

/// The first recording that two index tables don't agree on.
std::string first_difference(const std::string& before, const std::string& now) {
  const auto rows_of = [](const std::string& text) {
    std::set<std::vector<std::string>> rows;
    for (auto& row : parse_csv(text)) rows.insert(std::move(row));
    return rows;
  };
  const auto old_rows = rows_of(before);
  const auto new_rows = rows_of(now);
  for (const auto& row : new_rows) {
    if (!old_rows.contains(row)) return printable(row.at(1)) + " is new or has changed";
  }
  for (const auto& row : old_rows) {
    if (!new_rows.contains(row)) return printable(row.at(1)) + " is gone";
  }
  return "the rows are in another order";
}

void remove_staged_files(const fs::path& output) {
  std::error_code failure;
  for (fs::recursive_directory_iterator entry{output, failure}, end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && is_staged(entry->path())) fs::remove(entry->path(), ignored);
  }
}

}  // namespace

void claim_output(const ProcessOptions& options, const std::string& model_digest) {
  create_folder(options.output);
  const fs::path file = options.output / output_name::kOptions;
  const std::string now = result_options_json(options, model_digest);
  std::error_code failure;
  if (fs::exists(file, failure)) {
    const std::string difference = describe_difference(read_text(file), now);
    if (difference.empty()) return;
    throw UsageError{"the output folder holds a run with other options", options.output.string(),
                     difference + ": give the earlier options to continue it, or another --output"};
  }
  publish_text(file, now);
}

std::vector<UnitRecord> resume_run(const RunPlan& plan, const ProcessOptions& options) {
  const fs::path index_file = options.output / output_name::kIndex;
  const std::string index = index_csv(plan.index, plan.work);
  std::error_code failure;
  if (!fs::exists(index_file, failure)) {
    publish_text(index_file, index);
    return {};
  }
  const std::string before = read_text(index_file);
  if (before != index) {
    throw UsageError{"the archive is not the one that this output folder was begun with",
                     options.archive.archive.string(), first_difference(before, index) + ": choose another --output"};
  }
  remove_staged_files(options.output);
  std::vector<UnitRecord> records;
  for (const WorkUnit& unit : plan.work.units) {
    const fs::path file = options.output / output_name::unit_record(unit.number);
    if (!fs::exists(file, failure)) continue;
    UnitRecord record = unit_record_from_json(read_text(file));
    if (record.fingerprint == unit_fingerprint(plan, unit)) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace veery
