#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <veery/archive/time_zone.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/peaks/peak_finder.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/watch_options.hpp>
#include <veery/state/lease.hpp>
#include <veery/state/status_file.hpp>

#include "run/earlier_files.hpp"
#include "run/network.hpp"
#include "run/progress.hpp"
#include "run/result_lines.hpp"
#include "run/stop_signal.hpp"
#include "run/watch_journal.hpp"
#include "run/watched_folder.hpp"
#include "run/watched_recording.hpp"
#include "run/watched_worker.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLookEvery{50};  ///< for signals
constexpr double kFirstWaitS = 1.0;                  ///< for room on the disk; doubled from try to try
constexpr double kLongestWaitS = 60.0;
constexpr int kTries = 3;  ///< of a recording that can't be read

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool is_full(const SystemError& failure) {
  return failure.error_number() == ENOSPC || failure.error_number() == EDQUOT;
}

/// Thrown where the watcher was asked to end and has left everything as it found it.
struct Ended {};

class Watch {
 public:
  Watch(const WatchOptions& options, const Network& network, Lease& lease, Reporter& reporter)
      : options_(options),
        reporter_(reporter),
        journal_(options.work.output, result_options_json(options.work, network.model ? network.info()->digest : "")),
        results_(options.results),
        worker_(options, network, lease),
        folder_(options, journal_, reporter),
        host_(lease_holder(options.work.output).value_or(LeaseHolder{}).host),
        status_(options.work.output, host_) {
    if (journal_.damaged() > 0)
      reporter_.warn(std::to_string(journal_.damaged()) + " lines of " + std::string{output_name::kWatch} +
                     " are damaged: their recordings are done again");
    take_up();
  }

  /// Returns when there is nothing more to do, or throws Ended.
  void run() {
    tell(true);
    while (true) {
      end_if_asked();
      folder_.poll_if_due();
      if (const auto ready = folder_.next()) {
        finish(*ready);
      } else if (options_.once && folder_.has_given_time() && !folder_.tries_again()) {
        return tell(true);
      } else {
        std::this_thread::sleep_for(std::min(std::chrono::duration<double>(folder_.until_next_poll_s()), {kLookEvery}));
      }
      tell();
    }
  }

 private:
  /// What an earlier watcher left in the middle.
  void take_up() {
    remove_staged_files(options_.work.output);
    worker_.clear();
    const auto last = results_.last();
    const auto finished = last ? finished_from_text(*last) : std::nullopt;
    if (!finished || !has_files(*finished)) return;
    const WatchJournal::Known* const known = journal_.find(finished->path);
    const bool is_noted = known != nullptr && known->bytes == finished->bytes && known->xxh3 == finished->xxh3 &&
                          (known->xxh3 != 0 || known->mtime_ns == finished->mtime_ns);
    if (!is_noted) journal_.append(*finished);
  }

  /// If not, the line is that of another output folder.
  [[nodiscard]] bool has_files(const FinishedRecording& finished) const {
    return std::all_of(finished.files.begin(), finished.files.end(), [&](const std::string& name) {
      std::error_code failure;
      return fs::exists(options_.work.output / name, failure);
    });
  }

  void end_if_asked() const {
    if (worker_.asked_to_end()) throw Ended{};
  }

  /// Sensor nodes fill up until somebody fetches what is there. Throws Ended when asked to end meanwhile.
  void with_room(const std::function<void()>& work) {
    for (double wait_s = kFirstWaitS;; wait_s = std::min(2.0 * wait_s, kLongestWaitS)) {
      try {
        return work();
      } catch (const SystemError& failure) {
        if (!is_full(failure)) throw;
        reporter_.warn(std::string{failure.what()} + ": next try in " + format_duration(wait_s));
      }
      for (const auto begin = Clock::now(); seconds_since(begin) < wait_s; std::this_thread::sleep_for(kLookEvery)) {
        end_if_asked();
        tell();
      }
    }
  }

  void finish(const WatchedFolder::Ready& ready) {
    const WatchJournal::Known* const known = journal_.find(ready.path);
    const std::optional<WatchJournal::Known> before = known == nullptr ? std::nullopt : std::optional{*known};
    if (before && !ready.refusal && has_same_bytes(ready, *before)) return note_touched(ready, *before);
    WatchedOutcome outcome;
    if (ready.refusal) {
      outcome.work.refusal = ready.refusal;
    } else {
      with_room([&] { outcome = work_on(ready.path); });
      if (state_of(options_.work.archive.archive / ready.path) != ready.state) {
        reporter_.detail(printable(ready.path) + " changed while it was read: it has to settle anew");
        return drop(ready.path);
      }
      if (outcome.is_unreadable() && ++failures_[ready.path] < kTries) {
        reporter_.warn(printable(ready.path) + " can't be read: trying again");
        worker_.clear();
        return folder_.try_again(ready.path);
      }
    }
    publish(ready, outcome, before);
  }

  /// A copy of the same bytes, or a clock that was set: no other recording.
  [[nodiscard]] bool has_same_bytes(const WatchedFolder::Ready& ready, const WatchJournal::Known& before) const {
    if (before.bytes != ready.state.bytes || before.xxh3 == 0) return false;
    try {
      return xxh3_64_of_file(options_.work.archive.archive / ready.path) == before.xxh3;
    } catch (const SystemError&) {
      return false;
    }
  }

  void note_touched(const WatchedFolder::Ready& ready, const WatchJournal::Known& before) {
    const FinishedRecording same{ready.path,  ready.state.bytes, ready.state.mtime_ns,
                                 before.xxh3, before.refused,    journal_.files_of(before)};
    with_room([&] { journal_.append(same); });
    folder_.let_go(ready.path);
  }

  void drop(const std::string& path) {
    worker_.clear();
    folder_.let_go(path);
  }

  [[nodiscard]] WatchedOutcome work_on(const std::string& path) {
    auto outcome = worker_.run(path, journal_.keeps_extension(path), [this] { tell(); });
    if (!outcome) throw Ended{};
    return *std::move(outcome);
  }

  /// Files, then the line of results, then the journal: after a loss of power in between the recording is done again,
  /// or `take_up` finds the line.
  void publish(const WatchedFolder::Ready& ready, const WatchedOutcome& outcome,
               const std::optional<WatchJournal::Known>& before) {
    const FinishedRecording finished = finished_of(ready.path, ready.state, outcome);
    const std::string line = result_to_text(finished, outcome, options_.work.stream.sample_rate_hz, before.has_value());
    with_room([&] { worker_.publish(finished.files); });
    if (before && !finished.refused) remove_stale(journal_.files_of(*before), finished.files);
    with_room([&] { results_.append(line); });
    with_room([&] { journal_.append(finished); });
    worker_.clear();
    with_room([&] { worker_.forgive(ready.path); });
    failures_.erase(ready.path);
    folder_.let_go(ready.path);
    count(ready.path, outcome);
    if (options_.remove_source && !finished.refused)
      folder_.remove_source(ready.path, ready.state.bytes, ready.state.mtime_ns);
  }

  void remove_stale(const std::vector<std::string>& old, const std::vector<std::string>& fresh) {
    const std::set<std::string> kept{fresh.begin(), fresh.end()};
    for (const std::string& name : old) {
      std::error_code ignored;
      if (!kept.contains(name)) fs::remove(options_.work.files().path(name), ignored);
    }
  }

  void count(const std::string& path, const WatchedOutcome& outcome) {
    const RecordingOutcome& work = outcome.work;
    const double audio_s = outcome.recording ? outcome.recording->claimed_s() : 0.0;
    ++progress_.recordings;
    progress_.audio_s += audio_s;
    progress_.slices += static_cast<double>(work.examples.size());
    busy_s_ += outcome.seconds;
    if (work.refusal || !work.account.lost.empty()) ++progress_.bad;
    if (work.refusal) {
      reporter_.warn(printable(path) + " is refused: " + std::string{reason_name(work.refusal->reason)} + ", " +
                     printable(work.refusal->detail));
      return;
    }
    reporter_.detail(printable(path) + ": " + std::to_string(work.examples.size()) + " slices, " +
                     format_duration(audio_s) + " of audio in " + format_duration(outcome.seconds));
  }

  /// In the status, and from time to time in the log.
  void tell(bool at_once = false) {
    if (at_once || status_.is_due()) {
      RunStatus status;
      status.units_done = journal_.size();
      status.units = journal_.size() + folder_.waiting();
      status.audio_s = status.audio_done_s = progress_.audio_s;
      status.speed = busy_s_ > 0.0 ? progress_.audio_s / busy_s_ : 0.0;
      status.bad = progress_.bad;
      status.ranks.push_back({host_, 0.0, progress_.recordings, progress_.audio_s, worker_.in_work()});
      status_.running(status);
    }
    const bool is_news = progress_.recordings != told_recordings_;
    if (!is_news || (!at_once && seconds_since(told_) < options_.work.report.log_every_s)) return;
    told_ = Clock::now();
    told_recordings_ = progress_.recordings;
    reporter_.info(fixed_decimal(progress_.recordings, 0) + " recordings done, " + fixed_decimal(progress_.bad, 0) +
                   " of them bad, " + std::to_string(folder_.waiting()) + " waiting");
  }

  const WatchOptions& options_;
  Reporter& reporter_;
  WatchJournal journal_;
  ResultLines results_;
  WatchedWorker worker_;
  WatchedFolder folder_;
  std::string host_;
  StatusFile status_;
  std::map<std::string, int> failures_;  ///< of reads, by recording
  RankProgress progress_;
  double busy_s_ = 0.0;
  Clock::time_point told_ = Clock::now();
  double told_recordings_ = 0.0;
};

void refuse_other_runs(const fs::path& output) {
  std::error_code failure;
  if (!fs::exists(output / output_name::kOptions, failure)) return;
  throw UsageError{"the output folder holds a run of another command", output.string(), "choose another --output"};
}

/// The output folder is ours.
void watch(const WatchOptions& options, const Network& network, Lease& lease, Reporter& reporter) {
  const fs::path& output = options.work.output;
  refuse_other_runs(output);
  try {
    Watch{options, network, lease, reporter}.run();
    note_end(output, exit_code::kDone, "");
  } catch (const Ended&) {
    fs::remove_all(output / output_name::kWatchWork);
    if (lease.lost())
      throw Error{"another watcher has taken the output folder over", output.string(),
                  "this one had given no sign of life for --lease-timeout"};
    reporter.info("asked to end: what is waiting is for the next start");
    note_end(output, exit_code::kDone, "asked to end");
  }
  std::error_code ignored;
  fs::remove(output / output_name::kStarted, ignored);
}

}  // namespace

void check_options(const WatchOptions& options) {
  ProcessOptions work = options.work;
  if (!work.clips) work.clips = AudioFormat::flac;  // results alone are something to write here
  check_options(work);
  std::error_code failure;
  if (!fs::is_directory(work.archive.archive, failure))
    throw UsageError{"there is no such folder to watch", work.archive.archive.string(), "create it, or check the path"};
  if (fs::equivalent(work.archive.archive, work.output, failure))
    throw UsageError{"the watched folder is the output folder", work.output.string(), "choose another --output"};
  if (options.poll_s < 0.01) throw UsageError{"the pause is too short", "--poll", "at least 10ms"};
}

int run_watch(const WatchOptions& asked) {
  WatchOptions options = asked;
  check_options(options);
  if (const std::string& zone = options.work.archive.time_zone; !zone.empty())
    options.work.archive.probe.start.zone = load_time_zone(zone);
  set_fft_threads(1);
  Reporter reporter{options.work.report, true};
  const Network network = load_network(options.work);
  if (network.model) reporter.info(describe_network(network, options.work, 1));
  create_folder(options.work.output);
  Lease lease{options.work.output, options.work.earlier.lease};
  watch_stop_signals();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is a failed write, with a message
  mark_crashes();
  reporter.info("watching " + printable(options.work.archive.archive.string()));
  try {
    watch(options, network, lease, reporter);
  } catch (const std::exception& failure) {
    note_end(options.work.output, exit_code::kFailed, failure.what());
    throw;
  }
  return exit_code::kDone;
}

}  // namespace veery
