#include "run/rank_work.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "run/cores.hpp"
#include "run/stop_signal.hpp"
#include "run/unit_feed.hpp"
#include "run/worker_pool.hpp"

namespace veery {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPollEvery{2};
constexpr double kReportEveryS = 1.0;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<double> audio_of_units(const WorkPlan& plan) {
  std::vector<double> audio_s;
  audio_s.reserve(plan.units.size());
  for (const WorkUnit& unit : plan.units) audio_s.push_back(unit.audio_s);
  return audio_s;
}

class RankWork {
 public:
  RankWork(Communicator& world, const RunPlan& plan, const ProcessOptions& options, Batcher* batcher,
           const TimeBudget& budget, const std::vector<int>& order, Reporter& reporter)
      : plan_(plan),
        options_(options),
        batcher_(batcher),
        budget_(budget),
        reporter_(reporter),
        feed_(world, order, audio_of_units(plan.work)),
        pool_(options.threads > 0 ? options.threads : usable_cores(world.ranks_on_node()), [] { set_fft_threads(1); }) {
    for (const Recording& recording : plan.index.recordings) {
      workload_.recordings += 1.0;
      workload_.audio_s += recording.claimed_s();
    }
  }

  WorkResult run(bool deals) {
    while (!(active_.empty() && feed_.exhausted()) && !out_of_grace()) step();
    for (const auto& work : active_) work->drop();
    feed_.report(so_far(), true);
    while (deals && !feed_.all_finished()) {
      if (must_end()) feed_.stop();
      feed_.pump();
      reporter_.show_progress(feed_.progress(), workload_);
      pool_.wait_for_job(kPollEvery);
    }
    return {std::move(feed_.records()), feed_.progress(), must_end()};
  }

 private:
  [[nodiscard]] bool must_end() const { return stop_requested() || budget_.left_s() <= 0.0; }

  /// Whether the run has to end now: once it must, units in work have the grace to finish in, and none is begun.
  bool out_of_grace() {
    if (!must_end()) return false;
    if (!ending_since_) ending_since_ = Clock::now();
    feed_.stop();
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
    const RankProgress now = so_far();
    if (std::isinf(left_s) || now.audio_s <= 0.0) return std::numeric_limits<double>::infinity();
    double in_work_s = done_.audio_s - now.audio_s;  // the part of it that is done
    for (const auto& work : active_) in_work_s += work->unit().audio_s;
    return left_s * now.audio_s / now.wall_s - std::max(in_work_s, 0.0);
  }

  void start(int number) {
    auto& work = active_.emplace_back(
        std::make_unique<UnitWork>(plan_, options_, plan_.work.units[static_cast<std::size_t>(number)], batcher_));
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
      feed_.report(so_far());
    }
    reporter_.show_progress(feed_.progress(), workload_);
  }

  [[nodiscard]] RankProgress so_far() const {
    RankProgress now = done_;
    now.wall_s = seconds_since(start_);
    for (const auto& work : active_) work->add_to(now);
    if (batcher_ != nullptr) {
      const BatchStatistics statistics = batcher_->statistics();
      now.separated_s = statistics.audio_s;
      now.network_s = statistics.busy_s;
    }
    return now;
  }

  const RunPlan& plan_;
  const ProcessOptions& options_;
  Batcher* batcher_;
  const TimeBudget& budget_;
  Reporter& reporter_;
  Workload workload_;
  UnitFeed feed_;
  RankProgress done_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_report_ = Clock::now();
  std::optional<Clock::time_point> ending_since_;
  std::deque<std::unique_ptr<UnitWork>> active_;
  WorkerPool pool_;  ///< last: its threads end before what they work on goes
};

}  // namespace

WorkResult do_units(Communicator& world, const RunPlan& plan, const ProcessOptions& options, Batcher* batcher,
                    const TimeBudget& budget, const std::vector<int>& order, Reporter& reporter) {
  RankWork work{world, plan, options, batcher, budget, order, reporter};
  WorkResult result = work.run(world.rank() == 0);
  result.stopped = !world.all_true(!result.stopped);
  return result;
}

}  // namespace veery
