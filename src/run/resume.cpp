#include "run/resume.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <string_view>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>

#include "run/earlier_files.hpp"
#include "run/finished_units.hpp"
#include "run/labels.hpp"
#include "run/on_lead.hpp"
#include "run/run_kind.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

using Row = std::vector<std::string>;

/// Of an index table.
std::string path_in(const Row& row) {
  return row.size() > 1 ? text_of_cell(row[1]) : std::string{"a row of the earlier index.csv"};
}

std::set<std::string> paths_in(const std::vector<Row>& rows) {
  std::set<std::string> paths;
  for (const Row& row : rows) paths.insert(path_in(row));
  return paths;
}

/// The first recording that two index tables don't agree on, and what can be done. One that is gone comes first:
/// `--extend` does not help with it.
std::string first_difference(const std::vector<Row>& before, const std::vector<Row>& now, const ArchiveIndex& index) {
  const std::set<std::string> present = paths_in(now);
  for (const std::string& path : paths_in(before)) {
    if (present.contains(path)) continue;
    const auto refused = std::find_if(index.refused.begin(), index.refused.end(),
                                      [&](const RefusedRecording& one) { return one.path == path; });
    const std::string what = refused == index.refused.end() ? "gone" : "refused now, " + refused->refusal.detail;
    return printable(path) + " is " + printable(what) + ": put back what was there, or --restart begins anew";
  }
  const std::string remedy = ": --extend accepts it, --restart begins anew";
  const std::set<Row> known{before.begin(), before.end()};
  for (const Row& row : now) {
    if (!known.contains(row)) return printable(path_in(row)) + " is new or has changed" + remedy;
  }
  return "the rows are in another order" + remedy;
}

std::string few(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 3; ++i) text += (i == 0 ? "" : ", ") + printable(names[i]);
  return text + (names.size() > 3 ? ", …" : "");
}

/// An extension may bring recordings, but not take any away.
void require_all(const Placements& earlier, const RunPlan& plan, const ProcessOptions& options) {
  std::set<std::string_view> present;
  for (const Recording& recording : plan.index.recordings) present.insert(recording.path);
  std::vector<std::string> gone;
  for (const auto& [path, placement] : earlier) {
    if (!present.contains(path)) gone.push_back(path);
  }
  if (gone.empty()) return;
  std::sort(gone.begin(), gone.end());
  throw UsageError{std::to_string(gone.size()) + " recordings of the earlier run are gone",
                   options.archive.archive.string(), few(gone) + ": put them back, or --restart"};
}

bool is_of_rights(const Refusal& refusal) {
  return refusal.detail == std::strerror(EACCES) || refusal.detail == std::strerror(EPERM);
}

/// The refusal of a recording, or of a folder that holds it; null: none.
const Refusal* refusal_of(const std::string& path, const std::map<std::string_view, const Refusal*>& refused) {
  for (std::string_view at = path;; at = at.substr(0, at.rfind('/'))) {
    if (const auto found = refused.find(at); found != refused.end()) return found->second;
    if (at.find('/') == std::string_view::npos) return nullptr;
  }
}

/// What the file system does not give now, and gave to the earlier run, is not gone: it may be given again.
void require_readable(const std::vector<Row>& earlier, const RunPlan& plan) {
  std::map<std::string_view, const Refusal*> refused;
  for (const RefusedRecording& one : plan.index.refused) {
    if (one.refusal.reason == Reason::unreadable && !is_of_rights(one.refusal)) refused.emplace(one.path, &one.refusal);
  }
  if (refused.empty()) return;
  std::set<std::string_view> present;
  for (const Recording& recording : plan.index.recordings) present.insert(recording.path);
  std::vector<std::string> lost;
  for (const std::string& path : paths_in(earlier)) {
    const Refusal* const refusal = present.contains(path) ? nullptr : refusal_of(path, refused);
    if (refusal != nullptr) lost.push_back(path + ": " + refusal->detail);
  }
  if (lost.empty()) return;
  throw Error{std::to_string(lost.size()) + " recordings of the earlier run can't be read now", few(lost),
              "look at the archive's file system and run the same command again; --restart begins without them"};
}

void claim_index(const RunPlan& plan, const ProcessOptions& options) {
  if (check_earlier_index(plan, options)) return;
  std::error_code failure;
  fs::remove(options.output / output_name::kManifest, failure);  // what it says is no longer all
  options.files().publish_text(output_name::kIndex, index_csv(plan.index, plan.work));
}

/// What the run reads must not go with the earlier run: `--classes OUT/classes.txt`, say.
void refuse_inputs_of_the_run(const ProcessOptions& options) {
  std::error_code failure;
  for (const fs::path& input : {options.labels.classes, options.labels.annotations, options.archive.files_from}) {
    if (input.empty() || !fs::equivalent(fs::absolute(input).parent_path(), options.output, failure)) continue;
    throw UsageError{"--restart would remove what this run reads", input.string(), "copy it to another folder first"};
  }
}

void refuse_changed(const std::vector<std::string>& changed, const ProcessOptions& options) {
  if (changed.empty() || options.earlier.extend) return;
  throw UsageError{std::to_string(changed.size()) + " recordings have changed since they were processed", few(changed),
                   "--extend does their units anew, --restart everything"};
}

}  // namespace

bool check_earlier_index(const RunPlan& plan, const ProcessOptions& options) {
  const fs::path file = options.output / output_name::kIndex;
  std::error_code failure;
  if (!fs::exists(file, failure)) return false;
  const std::string before = read_text(file);
  const std::string now = index_csv(plan.index, plan.work);
  if (before == now) return true;
  const std::vector<Row> earlier = parse_csv(before);
  require_readable(earlier, plan);
  if (!options.earlier.extend) {
    throw UsageError{"the archive is not the one that this output folder was begun with",
                     options.archive.archive.string(), first_difference(earlier, parse_csv(now), plan.index)};
  }
  require_all(placements_in(before), plan, options);
  return false;
}

bool check_earlier_options(const ProcessOptions& options, const std::string& model_digest) {
  const fs::path file = options.output / output_name::kOptions;
  std::error_code failure;
  if (!fs::exists(file, failure)) return false;
  const std::string difference = describe_difference(read_text(file), result_options_json(options, model_digest));
  if (difference.empty()) return true;
  throw UsageError{
      "the output folder holds a run with other options", options.output.string(),
      difference + ": give the earlier options to continue it, --restart to begin anew, or another --output"};
}

void claim_output(const ProcessOptions& options, const std::string& model_digest) {
  require_run_of(RunKind::archive, options.output);
  if (options.earlier.restart) {
    refuse_inputs_of_the_run(options);
    remove_run(options.output);
  }
  if (check_earlier_options(options, model_digest)) return;
  options.files().publish_text(output_name::kOptions, result_options_json(options, model_digest));
}

Placements earlier_placements(Communicator& world, const ProcessOptions& options) {
  std::string text;
  on_lead(world, [&] {
    const fs::path file = options.output / output_name::kIndex;
    std::error_code failure;
    if (!fs::exists(file, failure)) return;
    text = read_text(file);
    const Placements found = placements_in(text);
    const bool extended =
        std::any_of(found.begin(), found.end(), [](const auto& entry) { return entry.second.extension > 0; });
    if (!extended && !options.earlier.extend) text.clear();  // a plan from nothing is the same
  });
  world.broadcast(text);
  return text.empty() ? Placements{} : placements_in(text);
}

std::vector<UnitRecord> resume_run(Communicator& world, const RunPlan& plan, const ProcessOptions& options,
                                   Reporter& reporter, const std::function<bool()>& must_stop) {
  on_lead(world, [&] {
    remove_staged_files(options.output);
    claim_index(plan, options);
    claim_classes(plan.annotations, options);
  });
  return find_units_to_keep(world, plan, options, reporter, must_stop);
}

std::vector<UnitRecord> find_units_to_keep(Communicator& world, const RunPlan& plan, const ProcessOptions& options,
                                           Reporter& reporter, const std::function<bool()>& must_stop) {
  FinishedUnits finished = find_finished_units(world, plan, options, must_stop);
  on_lead(world, [&] { refuse_changed(finished.changed, options); });
  for (const std::string& problem : finished.problems) reporter.warn("done anew: " + printable(problem));
  return std::move(finished.records);
}

}  // namespace veery
