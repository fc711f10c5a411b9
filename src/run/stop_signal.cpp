#include "run/stop_signal.hpp"

#include <csignal>
#include <initializer_list>

namespace veery {
namespace {

// The one variable that can't live in an object: a signal handler has no other way to speak.
volatile std::sig_atomic_t stop_flag = 0;

extern "C" void note_stop(int /*signal*/) {
  stop_flag = 1;
}

}  // namespace

void watch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = note_stop;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // a second signal ends the process at once
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaction(signal, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that has reached its limit is a failed write, with a message
}

bool stop_requested() {
  return stop_flag != 0;
}

}  // namespace veery
