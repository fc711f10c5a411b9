#include "run/trial.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <span>

#include <veery/base/quantity.hpp>
#include <veery/run/commands.hpp>
#include <veery/slices/slice_recording.hpp>

#include "run/child_process.hpp"
#include "run/indexing.hpp"

namespace veery {

std::optional<std::string> try_in_own_process(const std::vector<std::string>& arguments, const TrialOptions& trial,
                                              double limit_s, const std::atomic<bool>& dropped) {
  ChildCommand command{"/proc/self/exe", arguments, {}};
  command.arguments.insert(command.arguments.end(), {"--try-recording", trial.recording});
  if (trial.header_only) command.arguments.emplace_back("--try-header");
  const auto status = wait_for_child(start_child(command), limit_s, [&] { return dropped.load(); });
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
