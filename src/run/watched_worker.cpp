#include "run/watched_worker.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <veery/base/output_folder.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/peaks/peak_finder.hpp>
#include <veery/run/commands.hpp>
#include <veery/state/status_file.hpp>

#include "run/stop_signal.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLookEvery{50};
constexpr std::chrono::seconds kLastChance{2};  ///< for a recording that was dropped

ProcessOptions into(ProcessOptions options, std::string_view folder) {
  options.output /= folder;
  return options;
}

}  // namespace

WatchedWorker::WatchedWorker(const WatchOptions& options, const Network& network, const Lease& lease)
    : options_(options),
      network_(network),
      lease_(lease),
      inner_(into(options.work, output_name::kWatchWork)),
      accusations_(collect_accusations(options.work.output)),
      suspects_(accusations_, options.work),
      marks_(options.work.output / output_name::marks(0), 1),
      pool_(1, [] { set_fft_threads(1); }) {}

bool WatchedWorker::asked_to_end() const {
  return stop_requested() || lease_.lost();
}

std::optional<WatchedOutcome> WatchedWorker::run(const std::string& path, bool keeps_extension,
                                                 const std::function<void()>& meanwhile) {
  clear();
  create_folder(inner_.output);
  const WatchTools tools{network_, marks_, suspects_};
  std::optional<WatchedOutcome> outcome;
  std::exception_ptr failure;
  std::atomic<bool> done = false;
  pool_.submit([&] {
    try {
      outcome = process_watched(inner_, path, keeps_extension, tools, dropped_);
    } catch (const Dropped&) {
      outcome.reset();
    } catch (...) {
      failure = std::current_exception();
    }
    done = true;
  });
  while (!done) {
    pool_.wait_for_job(kLookEvery);
    keep_time();
    meanwhile();
  }
  if (failure) std::rethrow_exception(failure);
  return outcome;
}

/// Ends the process for a recording that never ends, and drops what is in work once the grace is over.
void WatchedWorker::keep_time() {
  if (const auto late = marks_.late(); late && !dropped_) {
    marks_.accuse(late->recording);
    leave(exit_code::kStopped, late->recording + " has no result after " + format_duration(late->limit_s) +
                                   ": the next start tries it in a process of its own");
  }
  if (!asked_to_end() || dropped_) return;
  if (!ending_since_) {
    ending_since_ = Clock::now();
    marks_.absolve();
  }
  const double ending_s = std::chrono::duration<double>(Clock::now() - *ending_since_).count();
  if (!lease_.lost() && ending_s < options_.work.time.grace_s) return;
  dropped_ = true;
  if (!pool_.ends_within(kLastChance)) leave(exit_code::kDone, "asked to end; the recording in work was dropped");
}

/// A thread is left behind: nothing that it uses may go, nor may anything be waited for.
void WatchedWorker::leave(int code, const std::string& reason) const {
  std::fprintf(stderr, "veery: %s\n", printable(reason).c_str());
  note_end(options_.work.output, code, reason);
  std::_Exit(code);
}

void WatchedWorker::publish(const std::vector<std::string>& names) const {
  const OutputFolder output = options_.work.files();
  for (const std::string& name : names) output.adopt(inner_.output / name, name);
}

void WatchedWorker::clear() const {
  fs::remove_all(inner_.output);
}

void WatchedWorker::forgive(const std::string& path) {
  Accusations left = accusations_;
  left.erase(path);
  left.erase(header_mark(path));
  if (left == accusations_) return;
  std::vector<std::string> others;
  for (const auto& [name, deaths] : left) others.push_back(name);
  keep_accusations(options_.work.output, accusations_, others);
  accusations_ = std::move(left);
}

std::vector<std::string> WatchedWorker::in_work() const {
  std::vector<std::string> recordings;
  for (const InWork& one : marks_.in_work()) recordings.push_back(one.recording);
  return recordings;
}

}  // namespace veery
