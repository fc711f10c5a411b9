#include "run/stop_signal.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace veery {
namespace {

constexpr std::array kStopSignals{SIGTERM, SIGINT, SIGUSR1};
/// Batch systems signal every process, and launchers hand on what they get: one request comes several times at once.
constexpr std::int64_t kOneRequest_ms = 1000;

// What can't live in an object: a signal handler has no other way to speak. Zero: not yet asked.
std::array<std::atomic<std::int64_t>, kStopSignals.size()> asked_at_ms{};
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler must not wait for a lock");

/// Since the system's start.
std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

/// The first one asks; another of its kind, later than repeats come, ends the process at once.
extern "C" void note_stop(int signal) {
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) {
    if (kStopSignals[i] != signal) continue;
    std::int64_t before = 0;
    const std::int64_t now = now_ms();
    if (asked_at_ms[i].compare_exchange_strong(before, now) || now - before < kOneRequest_ms) return;
    std::signal(signal, SIG_DFL);
    std::raise(signal);  // takes effect when this handler returns
  }
}

}  // namespace

void watch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = note_stop;
  action.sa_flags = SA_RESTART;
  for (const int signal : kStopSignals) sigaction(signal, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that has reached its limit is a failed write, with a message
}

bool stop_requested() {
  for (const auto& asked : asked_at_ms) {
    if (asked != 0) return true;
  }
  return false;
}

}  // namespace veery
