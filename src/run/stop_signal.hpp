#pragma once
// SIGTERM, SIGINT and SIGUSR1 ask for an early, orderly end.

namespace veery {

/// From now on these signals set a flag instead of ending the process. One that comes again within a second is the same
/// request, one that comes later ends the process at once.
void watch_stop_signals();
[[nodiscard]] bool stop_requested();

}  // namespace veery
