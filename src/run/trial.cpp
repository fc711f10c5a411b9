#include "run/trial.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <limits>
#include <span>
#include <thread>

#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/run/commands.hpp>
#include <veery/slices/slice_recording.hpp>

#include "run/indexing.hpp"

namespace veery {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLookEvery{5};

/// Where a child's streams go, and which signals it takes.
class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&files_);
    for (const int stream : {0, 1, 2})
      posix_spawn_file_actions_addopen(&files_, stream, "/dev/null", stream == 0 ? O_RDONLY : O_WRONLY, 0);
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

  [[nodiscard]] pid_t start(std::vector<std::string> arguments) const {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_t child = -1;
    const int failure = ::posix_spawn(&child, "/proc/self/exe", &files_, &attributes_, pointers.data(), environ);
    if (failure != 0) throw system_error("cannot start a process to try a recording in", "/proc/self/exe", failure);
    return child;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

/// Its wait status; none when it had to be killed.
std::optional<int> wait_for(pid_t child, double limit_s, const std::atomic<bool>& dropped) {
  const auto start = Clock::now();
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (dropped || seconds > limit_s) {
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

}  // namespace

std::optional<std::string> try_in_own_process(const std::vector<std::string>& arguments, const TrialOptions& trial,
                                              double limit_s, const std::atomic<bool>& dropped) {
  std::vector<std::string> all = arguments;
  all.insert(all.end(), {"--try-recording", trial.recording});
  if (trial.header_only) all.emplace_back("--try-header");
  const auto status = wait_for(SpawnSettings{}.start(std::move(all)), limit_s, dropped);
  if (dropped) return std::nullopt;
  if (!status) return "no result within " + format_duration(limit_s);
  if (WIFSIGNALED(*status)) return "a process that reads it dies of " + signal_name(WTERMSIG(*status));
  return std::nullopt;
}

int run_trial(const ProcessOptions& options) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const std::filesystem::path path = resolve_archive(options.archive).archive / options.trial.recording;
  if (options.trial.header_only) {
    static_cast<void>(probe_with_metadata(path));
  } else if (options.slicing) {
    static_cast<void>(
        slice_recording(path, options.stream, options.slices, [](const Slice&, std::span<const float>) {}));
  } else {
    auto opened = RecordingStream::open(path, options.stream);
    std::vector<float> samples(std::size_t{1} << 16U);
    if (auto* stream = std::get_if<RecordingStream>(&opened)) {
      while (stream->read(samples) > 0) continue;
    }
  }
  return exit_code::kDone;
}

}  // namespace veery
