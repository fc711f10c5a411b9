#include "run/time_budget.hpp"

#include <algorithm>

namespace veery {
namespace {

constexpr double kAnyRecordingS = 1800.0;
/// Reading is hundreds of times faster than real time, a network on an old processor may be slower.
constexpr double kSlowestReading = 1.0;
constexpr double kSlowestNetwork = 10.0;

}  // namespace

TimeBudget::TimeBudget(const TimeOptions& options, const Moment& start) : start_(start.steady) {
  if (options.walltime_s > 0.0) seconds_ = options.walltime_s;
  if (options.deadline_s > 0.0) {
    const double begun_s = std::chrono::duration<double>(start.system.time_since_epoch()).count();
    seconds_ = std::min(seconds_, options.deadline_s - begun_s);
  }
  seconds_ -= options.stop_before_end_s;
}

double recording_time_limit_s(const TimeOptions& options, double audio_s, bool separates) {
  if (!options.recording_timeout_s) return kAnyRecordingS + audio_s * (separates ? kSlowestNetwork : kSlowestReading);
  return *options.recording_timeout_s > 0.0 ? *options.recording_timeout_s : std::numeric_limits<double>::infinity();
}

}  // namespace veery
