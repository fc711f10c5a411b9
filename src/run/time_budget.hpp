#pragma once
// How much time a run has left to begin work in. A batch system kills what outlives its walltime, and tells too late.
#include <chrono>
#include <limits>

#include <veery/run/options.hpp>

namespace veery {

/// When a program began, by both clocks.
struct Moment {
  std::chrono::steady_clock::time_point steady = std::chrono::steady_clock::now();
  std::chrono::system_clock::time_point system = std::chrono::system_clock::now();
};

class TimeBudget {
 public:
  using Clock = std::chrono::steady_clock;

  /// The earlier of walltime and deadline counts.
  TimeBudget(const TimeOptions& options, const Moment& start);

  /// Seconds; infinity without a limit, negative when the time is up.
  [[nodiscard]] double left_s(Clock::time_point now = Clock::now()) const {
    return seconds_ - std::chrono::duration<double>(now - start_).count();
  }

 private:
  Clock::time_point start_;
  double seconds_ = std::numeric_limits<double>::infinity();  ///< from the start
};

/// What a recording of this length may take.
[[nodiscard]] double recording_time_limit_s(const TimeOptions& options, double audio_s, bool separates);

}  // namespace veery
