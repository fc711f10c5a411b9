#pragma once
// SIGTERM, SIGINT and SIGUSR1 ask for an early, orderly end.

namespace veery {

/// From now on these signals set a flag instead of ending the process.
void watch_stop_signals();
[[nodiscard]] bool stop_requested();

}  // namespace veery
