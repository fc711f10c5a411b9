// veery's command line. Everything it does is one function a command in `run`.
#include <CLI/CLI.hpp>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/temporary_folder.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/environment.hpp>

#include "cli/arguments.hpp"
#include "cli/job_command.hpp"

namespace veery {

/// LeakSanitizer's, where that is linked.
[[gnu::weak]] void report_leaks() asm("__lsan_do_leak_check");

namespace {

int run_command(const CLI::App& app, Communicator& world, const Arguments& arguments) {
  const std::string& command = app.get_name();
  if (command == "shards") return run_shards(world, app, arguments.shards);
  if (command == "process") return run_process(world, arguments.process);
  if (command == "slice") return run_process(world, arguments.slice);
  if (command == "separate") return run_process(world, arguments.separate);
  if (command == "evaluate") return run_evaluate(world, arguments.evaluate);
  if (command == "train") return run_train(world, arguments.train);
  if (command == "index") return run_index(world, arguments.index);
  return run_verify(world, arguments.verify_output);
}

/// One line, whatever the names in it hold.
void complain(const std::exception& failure, const std::string& where = {}) {
  std::fprintf(stderr, "veery: %s%s\n", printable(failure.what()).c_str(), where.c_str());
}

int under_mpi(int argc, char** argv, const std::function<int(Communicator&)>& work) {
  const auto announced = announced_ranks();
  MpiEnvironment mpi{argc, argv};
  Communicator world;
  check_launcher(world, announced);
  try {
    return work(world);
  } catch (const AgreedFailure& failure) {
    if (world.rank() == 0) complain(failure);
    return failure.code();
  } catch (const std::exception& failure) {
    if (world.size() == 1) throw;
    complain(failure, " (rank " + std::to_string(world.rank()) + " on " + world.host() + ")");
    MpiEnvironment::abort(exit_code::kFailed);
  }
}

int dispatch(const CLI::App& command, Arguments& arguments, int argc, char** argv) {
  const std::string& name = command.get_name();
  if (name == "peaks") {
    arguments.peaks.slices.peaks.spill_folder = std::filesystem::temp_directory_path();
    return run_peaks(arguments.peaks);
  }
  if (name == "model") return run_model(command, arguments.model);
  if (name == "synthesize") return run_synthesize(arguments.synthesize);
  if (name == "status") return run_status(arguments.status_output, arguments.status_as_json);
  for (ProcessOptions* options :
       {&arguments.process, &arguments.slice, &arguments.separate, &arguments.index, &arguments.watch.work})
    complete_options(*options, command, argc, argv);
  complete_options(arguments.train, command, argc, argv);
  if (name == "train") check_options(arguments.train);
  if (name == "process") check_options(arguments.process);
  if (name == "slice") check_options(arguments.slice);
  if (name == "separate") check_options(arguments.separate);
  for (const ProcessOptions* options :
       {&arguments.process, &arguments.slice, &arguments.separate, &arguments.watch.work})
    if (!options->trial.recording.empty()) return run_trial(*options);
  if (name == "watch") return run_watch(arguments.watch);
  return under_mpi(argc, argv, [&](Communicator& world) { return run_command(command, world, arguments); });
}

int run(int argc, char** argv);

/// Words as `main` has them.
class CommandLine {
 public:
  explicit CommandLine(std::vector<std::string> words) : words_(std::move(words)) {
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;
  [[nodiscard]] int argc() const { return static_cast<int>(words_.size()); }
  [[nodiscard]] char** argv() { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

/// The exit code, when there is nothing to do but to say what is wrong or to help.
std::optional<int> parse(CLI::App& app, Arguments& arguments, int argc, char** argv) {
  add_commands(app, arguments);
  try {
    parse_arguments(app, argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? exit_code::kDone : exit_code::kUsage;
  }
  return std::nullopt;
}

/// The command that did the run, with its configuration and `--check`.
int repair(const std::filesystem::path& output, const std::string& program, const std::vector<std::string>& more) {
  const EarlierRun earlier = read_earlier_run(output);
  const TemporaryFolder folder;
  const std::filesystem::path configuration = folder.path() / "configuration.toml";
  publish_text(configuration, earlier.configuration);
  std::vector<std::string> words{program, earlier.command, earlier.archive, "--output",
                                 output,  "--config",      configuration,   "--check"};
  words.insert(words.end(), more.begin(), more.end());
  CommandLine line{std::move(words)};
  return run(line.argc(), line.argv());
}

/// The command of a job is read as it will be there, by the same rules.
int submit(SubmitOptions options, const std::string& program, const std::vector<std::string>& command) {
  for (char** variable = environ; *variable != nullptr; ++variable) options.environment.emplace_back(*variable);
  std::vector<std::string> words{program};
  words.insert(words.end(), command.begin(), command.end());
  CommandLine line{std::move(words)};
  CLI::App app{"veery", "veery"};
  Arguments arguments;
  if (const auto code = parse(app, arguments, line.argc(), line.argv())) return *code;
  options.command = read_job_command(app, arguments, options.job.walltime_s, line.argc(), line.argv());
  return under_mpi(line.argc(), line.argv(), [&](Communicator& world) { return run_submit(world, options); });
}

int run(int argc, char** argv) {
  CLI::App app;
  Arguments arguments;
  if (const auto code = parse(app, arguments, argc, argv)) return *code;
  if (app.got_subcommand("repair"))
    return repair(arguments.repair_output, argv[0], app.get_subcommand("repair")->remaining());
  if (app.got_subcommand("submit")) return submit(arguments.submit.options, argv[0], arguments.submit.command);
  return dispatch(*app.get_subcommands().front(), arguments, argc, argv);
}

int run_and_explain(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const UsageError& problem) {
    complain(problem);
    return exit_code::kUsage;
  } catch (const std::exception& failure) {
    complain(failure);
    return exit_code::kFailed;
  }
}

/// Files are closed and MPI has ended: what is left are LibTorch's destructors, a third of the time of a short command.
[[noreturn]] void leave(int code) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    complain(Error{"not all could be written", "the standard output", "is its disk full?"});
    if (code == exit_code::kDone) code = exit_code::kFailed;
  }
  if (report_leaks != nullptr) report_leaks();
  ::_exit(code);
}

}  // namespace
}  // namespace veery

int main(int argc, char** argv) {
  // Locks fail on many cluster file systems. HDF5 takes them for the shards behind a split's index whatever a program
  // asks of the index itself; only the environment reaches those, and a user's word in it counts.
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", /*overwrite=*/0);
  veery::leave(veery::run_and_explain(argc, argv));
}
