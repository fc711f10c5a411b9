#include "run/finished_units.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <optional>
#include <unordered_set>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>
#include <veery/shards/shard_place.hpp>

#include "run/tfrecord_names.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kRecord = "record";
constexpr std::string_view kChanged = "changed";
constexpr std::string_view kProblem = "problem";

constexpr std::int64_t kSettledS = 2;

using FileTime = std::pair<std::int64_t, std::int64_t>;  ///< seconds, nanoseconds

FileTime to_file_time(const timespec& time) {
  return {time.tv_sec, time.tv_nsec};
}

/// When its content or its name was last touched: a copy that keeps its old time does not hide. None: it is gone.
std::optional<FileTime> touched(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return std::max(to_file_time(status.st_mtim), to_file_time(status.st_ctim));
}

/// Its mtime alone: a record's ctime is that of its copy, or of a new owner, and would hide what was touched before.
std::optional<FileTime> written_at(const fs::path& record) {
  struct stat status {};
  if (::stat(record.c_str(), &status) != 0) return std::nullopt;
  return to_file_time(status.st_mtim);
}

/// Dates a record behind what its recordings were touched at, so that they need not be compared again.
void date_behind(const fs::path& record, const FileTime& touched_at) {
  const std::array<timespec, 2> times{{{0, UTIME_OMIT}, {touched_at.first + 1, 0}}};
  static_cast<void>(::utimensat(AT_FDCWD, record.c_str(), times.data(), AT_SYMLINK_NOFOLLOW));
}

/// Thrown where a file would have to be read, and the run has to end.
struct Stopped {};

/// One rank's share of the work.
class Inspection {
 public:
  Inspection(const RunPlan& plan, const ProcessOptions& options, const std::function<bool()>& must_stop)
      : plan_(plan), options_(options), must_stop_(must_stop) {
    const DatasetOptions& dataset = options.dataset;
    if (options.earlier.check && dataset.shards.tfrecord)
      tfrecords_ = present_tfrecords(options.output / tfds_folder(dataset.name, dataset.version));
  }

  void inspect(const WorkUnit& unit) {
    const std::string name = output_name::unit_record(unit.number);
    const auto written = written_at(options_.output / name);
    if (!written) return;
    try {
      const std::string text = read_text(options_.output / name);
      const UnitRecord record = unit_record_from_json(text);
      if (record.fingerprint != unit_fingerprint(plan_, unit)) return;
      if (was_read(record) && none_changed(record, options_.output / name, *written) && files_hold(record))
        add(kRecord, text);
    } catch (const Error& problem) {
      add(kProblem, name + ": " + problem.what());
    }
  }

  /// Rows of a kind and a text.
  [[nodiscard]] const std::string& findings() const { return findings_; }

 private:
  void add(std::string_view kind, const std::string& text) { findings_ += csv_row({std::string{kind}, text}); }

  /// What the file system did not give is asked for again.
  [[nodiscard]] bool was_read(const UnitRecord& record) {
    const auto lost = std::find_if(record.lost.begin(), record.lost.end(),
                                   [](const LostRow& row) { return row.refusal.reason == Reason::unreadable; });
    if (lost == record.lost.end()) return true;
    add(kProblem, lost->path + ": could not be read: " + lost->refusal.detail);
    return false;
  }

  void begin_reading() const {
    if (must_stop_ && must_stop_()) throw Stopped{};
  }

  [[nodiscard]] bool has_its_bytes(const RecordingRow& row, const fs::path& path) const {
    if (row.file_xxh3 == 0) return false;
    begin_reading();
    return row.file_xxh3 == xxh3_64_of_file(path);
  }

  [[nodiscard]] bool none_changed(const UnitRecord& record, const fs::path& file, const FileTime& written) {
    const std::int64_t now_s = std::time(nullptr);
    FileTime last = written;
    bool none = true;
    bool compared = false;
    for (const RecordingRow& row : record.recordings) {
      const fs::path path = options_.archive.archive / row.path;
      const auto time = touched(path);
      if (time && *time < written) continue;
      if (time) last = std::max(last, *time);
      compared = true;
      if (time && has_its_bytes(row, path)) continue;
      add(kChanged, row.path);
      none = false;
    }
    // What was touched just now may change within the same second.
    if (none && compared && must_stop_ && last.first + kSettledS <= now_s) date_behind(file, last);
    return none;
  }

  [[nodiscard]] bool files_hold(UnitRecord record) {
    if (!options_.earlier.check) return true;
    rename_by_present(record, tfrecords_);
    bool hold = true;
    for (const PublishedFile& file : record.files) {
      begin_reading();
      const std::string problem = difference(options_.output, file);
      if (problem.empty()) continue;
      add(kProblem, problem);
      hold = false;
    }
    return hold;
  }

  const RunPlan& plan_;
  const ProcessOptions& options_;
  const std::function<bool()>& must_stop_;
  PresentTfrecords tfrecords_;  ///< where files are read again
  std::string findings_;
};

FinishedUnits sorted(const std::vector<std::string>& parts) {
  FinishedUnits units;
  for (const std::string& part : parts) {
    for (auto& row : parse_csv(part)) {
      if (row.at(0) == kRecord) {
        units.records.push_back(unit_record_from_json(row.at(1)));
      } else {
        (row.at(0) == kChanged ? units.changed : units.problems).push_back(std::move(row.at(1)));
      }
    }
  }
  std::sort(units.records.begin(), units.records.end(),
            [](const UnitRecord& a, const UnitRecord& b) { return a.unit < b.unit; });
  std::sort(units.changed.begin(), units.changed.end());
  std::sort(units.problems.begin(), units.problems.end());
  return units;
}

/// All ranks end when one has to.
void end_if_stopped(Communicator& world, bool stopped) {
  std::string any;
  for (const std::string& one : world.gather(stopped ? "stopped" : "")) any += one;
  world.broadcast(any);
  if (any.empty()) return;
  throw AgreedFailure{"stopped early, while what earlier runs did was read: run the same command again to continue",
                      exit_code::kStopped};
}

}  // namespace

FinishedUnits find_finished_units(Communicator& world, const RunPlan& plan, const ProcessOptions& options,
                                  const std::function<bool()>& must_stop) {
  Inspection mine{plan, options, must_stop};
  bool stopped = false;
  try {
    for (auto i = static_cast<std::size_t>(world.rank()); i < plan.work.units.size();
         i += static_cast<std::size_t>(world.size())) {
      mine.inspect(plan.work.units[i]);
    }
  } catch (const Stopped&) {
    stopped = true;
  }
  end_if_stopped(world, stopped);
  return sorted(world.gather(mine.findings()));
}

std::vector<int> open_units(const RunPlan& plan, const std::vector<UnitRecord>& records) {
  std::unordered_set<int> done;
  for (const UnitRecord& record : records) done.insert(record.unit);
  std::vector<int> order = largest_first(plan.work);
  std::erase_if(order, [&](int unit) { return done.contains(unit); });
  return order;
}

}  // namespace veery
