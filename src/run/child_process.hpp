#pragma once
// Other programs, started without a shell: what a name holds is never read as a command.
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace veery {

struct ChildCommand {
  std::string program;                         ///< looked up in PATH when it has no slash
  std::vector<std::string> arguments;          ///< the program's own name first
  std::vector<std::string> environment;        ///< NAME=value; empty: ours
  std::filesystem::path output = "/dev/null";  ///< standard output is added to this file; empty: to ours
  std::filesystem::path errors = "/dev/null";  ///< standard error likewise
};

/// Its standard input is empty, no signal is blocked or ignored. Throws SystemError naming the program.
[[nodiscard]] pid_t start_child(const ChildCommand& command);

/// Its wait status; none when it had to be killed: after `limit_s`, or because `is_dropped` said so.
[[nodiscard]] std::optional<int> wait_for_child(
    pid_t child, double limit_s, const std::function<bool()>& is_dropped = [] { return false; });

/// "SIGSEGV"
[[nodiscard]] std::string signal_name(int signal);

}  // namespace veery
