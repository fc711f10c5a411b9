#pragma once
// How much time a run has left to begin work in. A batch system kills what outlives its walltime, and tells too late.
#include <chrono>
#include <limits>

#include <veery/run/options.hpp>

namespace veery {

class TimeBudget {
 public:
  using Clock = std::chrono::steady_clock;

  /// `start`: when the program began.
  TimeBudget(const TimeOptions& options, Clock::time_point start) {
    if (options.walltime_s <= 0.0) return;
    limited_ = true;
    end_ = start + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(options.walltime_s - options.stop_before_end_s));
  }

  /// Seconds; infinity without a limit, negative when the time is up.
  [[nodiscard]] double left_s(Clock::time_point now = Clock::now()) const {
    return limited_ ? std::chrono::duration<double>(end_ - now).count() : std::numeric_limits<double>::infinity();
  }

 private:
  bool limited_ = false;
  Clock::time_point end_{};
};

}  // namespace veery
