#include "run/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include <veery/base/error.hpp>

namespace veery {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLookEvery{5};

/// Where a child's streams go, and which signals it takes.
class SpawnSettings {
 public:
  explicit SpawnSettings(const ChildCommand& command) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    add_output(STDOUT_FILENO, command.output);
    add_output(STDERR_FILENO, command.errors);
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    sigemptyset(&all);
    posix_spawnattr_setsigmask(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  /// Returns the error number.
  [[nodiscard]] int start(pid_t& child, const char* program, char** arguments, char** environment) const {
    return ::posix_spawnp(&child, program, &files_, &attributes_, arguments, environment);
  }

 private:
  void add_output(int stream, const std::filesystem::path& file) {
    if (file.empty()) return;
    posix_spawn_file_actions_addopen(&files_, stream, file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  }

  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

/// As C wants them; `texts` must outlive it.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

pid_t start_child(const ChildCommand& command) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> variables = command.environment;
  pid_t child = -1;
  const int failure =
      SpawnSettings{command}.start(child, command.program.c_str(), pointers_to(arguments).data(),
                                   command.environment.empty() ? environ : pointers_to(variables).data());
  if (failure != 0) throw system_error("cannot start a program", command.program, failure);
  return child;
}

std::optional<int> wait_for_child(pid_t child, double limit_s, const std::function<bool()>& is_dropped) {
  const auto start = Clock::now();
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (is_dropped() || seconds > limit_s) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return std::nullopt;
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return status;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string{"SIG"} + name;
}

}  // namespace veery
