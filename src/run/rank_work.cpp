#include "run/rank_work.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/text.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>

#include "run/cores.hpp"
#include "run/stop_signal.hpp"
#include "run/unit_feed.hpp"
#include "run/worker_pool.hpp"

namespace veery {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPollEvery{2};
constexpr double kReportEveryS = 1.0;
constexpr double kShortestLapseS = 2.0;  ///< between looks at the other ranks, one a second
constexpr double kLongestLapseS = 10.0;
constexpr double kTurnS = 0.5;                  ///< from rank to rank, until they give rank 0 up
constexpr std::chrono::seconds kLastChance{2};  ///< for threads whose unit was dropped

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class RankWork {
 public:
  RankWork(Communicator& world, const RunPlan& plan, const ProcessOptions& options, const RankTools& tools,
           const LeadTools& lead, const TimeBudget& budget, Reporter& reporter)
      : world_(world),
        plan_(plan),
        options_(options),
        tools_(tools),
        lead_(lead),
        budget_(budget),
        reporter_(reporter),
        feed_(world, lead.order, unit_audio_s(plan.work)),
        attention_(std::clamp(options.time.rank_timeout_s / 2.0, kShortestLapseS, kLongestLapseS)),
        pool_(threads_of_rank(options.threads, world.ranks_on_node()), [] { set_fft_threads(1); }) {
    for (const int number : lead.order) {
      const WorkUnit& unit = plan.work.units[static_cast<std::size_t>(number)];
      workload_.recordings += static_cast<double>(unit.recordings.size());
      workload_.audio_s += unit.audio_s;
    }
    if (leads()) {
      for (const WorkUnit& unit : plan.work.units) audio_s_ += unit.audio_s;
      tell(true);
    }
  }

  WorkResult run() {
    while (!(active_.empty() && feed_.exhausted()) && !out_of_grace()) step();
    const bool left_behind = !ends_soon();
    feed_.report(so_far(), {}, true);
    while (leads() && !feed_.all_finished()) {
      if (asked_to_end()) feed_.stop();
      feed_.pump();
      tell();
      end_if_others_hang();
      pool_.wait_for_job(kPollEvery);
    }
    if (leads()) tell(true);
    return {std::move(feed_.records()), until_the_last(feed_.progress()), left_behind};
  }

  /// Drops what is in work; whether its threads came back.
  [[nodiscard]] bool ends_soon() {
    for (const auto& work : active_) work->drop();
    return active_.empty() || pool_.ends_within(kLastChance);
  }

 private:
  [[nodiscard]] bool leads() const { return world_.rank() == 0; }
  [[nodiscard]] bool asked_to_end() const {
    return stop_requested() || budget_.left_s() <= 0.0 || (lead_.lease != nullptr && lead_.lease->lost());
  }
  [[nodiscard]] bool must_end() const { return stuck_ || asked_to_end(); }

  /// Whether the run has to end now: once it must, units in work have the grace to finish in, and none is begun.
  bool out_of_grace() {
    if (!must_end()) return false;
    if (!ending_since_) {
      ending_since_ = Clock::now();
      if (asked_to_end()) tools_.marks.absolve();
    }
    if (asked_to_end()) feed_.stop();
    return active_.empty() || seconds_since(*ending_since_) >= options_.time.grace_s;
  }

  void step() {
    feed_.pump();
    if (!ending_since_) {
      ask_for_work();
      while (const auto unit = feed_.take()) start(*unit);
    }
    if (!finish_one()) {
      const auto before = Clock::now();
      pool_.wait_for_job(kPollEvery);
      if (active_.empty()) done_.wait_s += seconds_since(before);
    }
    report();
  }

  /// At most two units at a time: the one whose rows are being written, and the one being read.
  void ask_for_work() {
    if (active_.size() >= 2 || feed_.waiting() || feed_.exhausted()) return;
    const bool idle = pool_.has_idle_worker();
    if (idle || !feed_.put_off()) feed_.request({!idle, audio_there_is_time_for()});
  }

  /// By this rank's rate so far, beside what it has in work.
  [[nodiscard]] double audio_there_is_time_for() const {
    const double left_s = budget_.left_s();
    if (std::isinf(left_s)) return left_s;
    const RankProgress now = so_far();
    if (now.audio_s <= 0.0) return std::numeric_limits<double>::infinity();
    double in_work_s = done_.audio_s - now.audio_s;  // the part of it that is done
    for (const auto& work : active_) in_work_s += work->unit().audio_s;
    return left_s * now.audio_s / now.wall_s - std::max(in_work_s, 0.0);
  }

  void start(int number) {
    auto& work = active_.emplace_back(
        std::make_unique<UnitWork>(plan_, options_, plan_.work.units[static_cast<std::size_t>(number)], tools_));
    for (std::size_t i = 0; i < work->recordings(); ++i) {
      pool_.submit([unit = work.get(), i] { unit->process(i); });
    }
  }

  bool finish_one() {
    for (auto work = active_.begin(); work != active_.end(); ++work) {
      if (!(*work)->complete()) continue;
      const auto before = Clock::now();
      feed_.deliver((*work)->finish());
      done_.write_s += seconds_since(before);
      done_.units += 1.0;
      (*work)->add_to(done_);
      active_.erase(work);
      return true;
    }
    return false;
  }

  void report() {
    if (seconds_since(last_report_) >= kReportEveryS) {
      last_report_ = Clock::now();
      std::vector<std::string> in_work;
      for (const InWork& one : tools_.marks.in_work()) in_work.push_back(one.recording);
      feed_.report(so_far(), in_work);
      look_for_late_recordings();
      end_if_others_hang();
    }
    if (leads()) tell();
  }

  /// One that never ends keeps its thread: this rank begins nothing more, and leaves the thread behind at its end.
  void look_for_late_recordings() {
    const auto late = stuck_ ? std::nullopt : tools_.marks.late();
    if (!late) return;
    stuck_ = true;
    tools_.marks.accuse(late->recording);
    std::fprintf(stderr, "veery: %s\n",
                 printable(late->recording + " has no result after " + format_duration(late->limit_s) + " (rank " +
                           std::to_string(world_.rank()) + " on " + world_.host() +
                           "): this rank ends; the next run leaves the recording out")
                     .c_str());
  }

  void end_if_others_hang() {
    const double limit_s = options_.time.rank_timeout_s;
    if (limit_s <= 0.0) return;
    if (attention_.had_lapsed()) {
      feed_.pump();
      return feed_.forget_silence();
    }
    // All wait for rank 0 since about the same moment, and only one may write how the run ended.
    if (feed_.waiting_s() > limit_s + kTurnS * (world_.rank() - 1)) end_over(0);
    for (std::size_t rank = 1; leads() && rank < feed_.signs_of_life().size(); ++rank) {
      if (feed_.signs_of_life()[rank].silent_s() > limit_s) end_over(static_cast<int>(rank));
    }
  }

  [[noreturn]] void end_over(int rank) const {
    std::string what = "rank " + std::to_string(rank) + " on " + lead_.hosts[static_cast<std::size_t>(rank)] +
                       " has given no sign of life for " + format_duration(options_.time.rank_timeout_s) +
                       " (--rank-timeout)";
    const std::vector<std::string> in_work = accused_by(options_.output / output_name::marks(rank));
    what += in_work.empty() ? "; it had no recording in work" : "; it has in work:";
    for (const std::string& recording : in_work) what += " " + recording;
    end_job(options_, what);
  }

  /// Rank 0: on the terminal and in the status.
  void tell(bool at_once = false) {
    reporter_.show_progress([&] { return progress_line(feed_.progress(), workload_, reporter_.elapsed_s()); });
    if (!at_once && !lead_.status->is_due()) return;
    RunStatus status;
    status.units = plan_.work.units.size();
    status.units_done = status.units - lead_.order.size() + feed_.records().size();
    RankProgress sum;
    for (std::size_t rank = 0; rank < lead_.hosts.size(); ++rank) {
      const RankProgress& progress = feed_.progress()[rank];
      const SignOfLife& sign = feed_.signs_of_life()[rank];
      sum += progress;
      status.ranks.push_back({lead_.hosts[rank], sign.silent_s(), progress.units, progress.audio_s, sign.in_work});
    }
    status.audio_s = audio_s_;
    status.audio_done_s = audio_s_ - workload_.audio_s + sum.audio_s;
    status.speed = sum.audio_s / std::max(seconds_since(start_), 1e-3);
    status.bad = sum.bad;
    lead_.status->running(status);
  }

  [[nodiscard]] RankProgress so_far() const {
    RankProgress now = done_;
    now.wall_s = seconds_since(start_);
    for (const auto& work : active_) work->add_to(now);
    if (tools_.batcher != nullptr) {
      const BatchStatistics statistics = tools_.batcher->statistics();
      now.separated_s = statistics.audio_s;
      now.network_s = statistics.busy_s;
    }
    return now;
  }

  Communicator& world_;
  const RunPlan& plan_;
  const ProcessOptions& options_;
  const RankTools& tools_;
  const LeadTools& lead_;
  const TimeBudget& budget_;
  Reporter& reporter_;
  Workload workload_;     ///< of this run
  double audio_s_ = 0.0;  ///< rank 0: of all units, those of earlier runs too
  bool stuck_ = false;    ///< a recording does not end
  UnitFeed feed_;
  Attention attention_;
  RankProgress done_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_report_ = Clock::now();
  std::optional<Clock::time_point> ending_since_;
  std::deque<std::unique_ptr<UnitWork>> active_;
  WorkerPool pool_;  ///< last: its threads end before what they work on goes
};

/// Nothing may go that a thread uses which did not come back.
[[noreturn]] void end_failed_job(const ProcessOptions& options, StartedMarks& marks, const std::string& reason) {
  std::fprintf(stderr, "veery: %s\n", printable(reason).c_str());
  try {
    marks.absolve();
  } catch (const Error&) {
    // The next run tries what was in work.
  }
  note_end(options.output, exit_code::kFailed, reason);
  MpiEnvironment::abort(exit_code::kFailed);
}

}  // namespace

WorkResult do_units(Communicator& world, const RunPlan& plan, const ProcessOptions& options, const RankTools& tools,
                    const LeadTools& lead, const TimeBudget& budget, Reporter& reporter) {
  auto work = std::make_unique<RankWork>(world, plan, options, tools, lead, budget, reporter);
  try {
    WorkResult result = work->run();
    if (result.left_behind) static_cast<void>(work.release());  // its pool could not be joined
    return result;
  } catch (const std::exception& failure) {
    if (work->ends_soon()) throw;
    static_cast<void>(work.release());
    end_failed_job(
        options, tools.marks,
        std::string{failure.what()} + " (rank " + std::to_string(world.rank()) + " on " + world.host() + ")");
  }
}

void end_job(const ProcessOptions& options, const std::string& reason) {
  std::fprintf(stderr, "veery: %s: the job ends; run the same command again to continue\n", printable(reason).c_str());
  note_end(options.output, exit_code::kStopped, reason);
  MpiEnvironment::abort(exit_code::kStopped);
}

}  // namespace veery
