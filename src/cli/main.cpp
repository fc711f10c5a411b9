// veery's command line. Everything it does is one function a command in `run`.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>
#include <memory>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/run/commands.hpp>

#include "cli/add_model.hpp"
#include "cli/configuration.hpp"
#include "cli/parse.hpp"

namespace veery {
namespace {

struct Arguments {
  ProcessOptions process;
  ProcessOptions slice;
  ProcessOptions separate;
  ProcessOptions index;
  PeaksOptions peaks;
  SynthesizeOptions synthesize;
  std::filesystem::path verify_output;
  ModelArguments model;
};

void add_run_options(CLI::App& command, ProcessOptions& options) {
  command.add_option("--output,-o", options.output, "Folder for everything that is made")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command.add_option("--scratch", options.scratch, "Folder for temporary files (default: the output folder)")
      ->type_name("DIR");
  command.add_option("--threads", options.threads, "Threads of each rank; 0: the cores it may use")
      ->capture_default_str();
  add_duration(command, "--walltime", options.time.walltime_s, "Time that the job has; 0s: no limit", "0s");
  add_duration(command, "--stop-before-end", options.time.stop_before_end_s,
               "Begin no unit in the last so much of the walltime, nor one that would reach into it", "5min");
  add_duration(command, "--grace", options.time.grace_s,
               "Units in work may take so long after a signal or the end of the time, else they are dropped", "120s");
  command.add_flag("--allow-bad", options.allow_bad, "End with 0 even if recordings are in the quarantine");
  command.add_flag("--dry-run", options.dry_run, "Print the plan and stop")->configurable(false);
}

/// What `process` and `slice` share: everything up to the slices.
void add_pipeline_options(CLI::App& command, ProcessOptions& options) {
  add_archive_options(command, options.archive);
  add_run_options(command, options);
  add_stream_options(command, options.stream);
  add_slice_options(command, options.slices);
  add_plan_options(command, options.plan);
  add_report_options(command, options.report);
}

/// The first of `words` is the default.
void add_clip_format(CLI::App& command, ProcessOptions& options, const std::string& name,
                     const std::vector<std::string>& words) {
  command
      .add_option_function<std::string>(
          name,
          [&options](const std::string& word) {
            options.clips.reset();
            if (word != "none") options.clips = word == "flac" ? AudioFormat::flac : AudioFormat::wav;
          },
          "Write each slice as an audio file: 16-bit flac or wav")
      ->check(CLI::IsMember(words))
      ->default_str(words.front());
}

void add_process(CLI::App& app, ProcessOptions& options) {
  CLI::App& command = *app.add_subcommand("process", "Archive to peaks, slices, HDF5 shards and a manifest");
  add_pipeline_options(command, options);
  command
      .add_option_function<std::string>(
          "--shards", [&options](const std::string& word) { options.dataset.shards = word == "hdf5"; },
          "Training shards: hdf5 or none")
      ->check(CLI::IsMember({"hdf5", "none"}))
      ->default_str("hdf5");
  command.add_option("--dataset-name", options.dataset.name, "Name of the dataset")->capture_default_str();
  command.add_option("--dataset-version", options.dataset.version, "Version of the dataset")->capture_default_str();
  command
      .add_option_function<std::string>(
          "--audio-type",
          [&options](const std::string& word) {
            options.dataset.audio_type = word == "int16" ? AudioType::int16 : AudioType::float32;
          },
          "Samples in the shards: int16 (as Perch converts them) or float32")
      ->check(CLI::IsMember({"int16", "float32"}))
      ->default_str("int16");
  command.add_flag("--compress", options.dataset.compress,
                   "Compress the shards (shuffle + gzip 1): slower, about a third smaller");
  add_clip_format(command, options, "--clips", {"none", "flac", "wav"});
  add_choice<Separate>(command, "--separate", options.separation.what,
                       {{"none", Separate::nothing},
                        {"slices", Separate::slices},
                        {"recordings", Separate::recordings},
                        {"peaks-of-stems", Separate::peaks_of_stems}},
                       "Stems: of slices (in the shards), of recordings (as files), or slices around the stems' peaks",
                       "none");
  add_separation_options(command, options.separation);
}

void add_slice(CLI::App& app, ProcessOptions& options) {
  options.dataset.shards = false;
  options.clips = AudioFormat::flac;
  CLI::App& command = *app.add_subcommand("slice", "Archive to slices as audio files in a mirrored tree");
  add_pipeline_options(command, options);
  add_clip_format(command, options, "--format", {"flac", "wav"});
}

void add_separate(CLI::App& app, ProcessOptions& options) {
  options.slicing = false;
  options.dataset.shards = false;
  options.separation.what = Separate::recordings;
  CLI::App& command = *app.add_subcommand("separate", "Recordings to stems that keep their number, as files");
  add_archive_options(command, options.archive);
  add_run_options(command, options);
  add_channel_options(command, options.stream);
  add_plan_options(command, options.plan);
  add_separation_options(command, options.separation);
  add_report_options(command, options.report);
}

void add_index(CLI::App& app, ProcessOptions& options) {
  CLI::App& command = *app.add_subcommand("index", "List the recordings of an archive and what is refused");
  add_archive_options(command, options.archive);
  command
      .add_option("--output,-o", options.output, "Folder for index.csv and quarantine.csv (default: standard output)")
      ->type_name("DIR")
      ->configurable(false);
  command.add_option("--threads", options.threads, "Threads of each rank; 0: the cores it may use")
      ->capture_default_str();
  command.add_flag("--allow-bad", options.allow_bad, "End with 0 even if recordings are refused");
  add_plan_options(command, options.plan);
  add_report_options(command, options.report);
}

void add_peaks(CLI::App& app, PeaksOptions& options) {
  CLI::App& command = *app.add_subcommand("peaks", "Print the peaks of recordings, strongest first, as CSV");
  command.add_option("FILE", options.files, "Recordings")->required()->type_name("FILE")->configurable(false);
  add_stream_options(command, options.stream);
  add_peak_options(command, options.slices);
}

void add_synthesize(CLI::App& app, SynthesizeOptions& options) {
  CLI::App& command = *app.add_subcommand("synthesize", "Make soundscapes with known birds, and their annotations");
  command.add_option("--output,-o", options.output, "Folder for the recordings")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command.add_option("--hours", options.hours, "Audio to make, in hours")->capture_default_str();
  command.add_option("--seed", options.soundscape.seed, "The same seed gives the same bytes")->capture_default_str();
  add_duration(command, "--recording", options.soundscape.recording_s, "Length of one recording", "5min");
  command.add_option("--sample-rate", options.soundscape.sample_rate_hz, "Rate, in Hz")
      ->capture_default_str()
      ->type_name("HZ");
  command.add_option("--calls-per-minute", options.soundscape.calls_per_minute, "Bird calls, on average")
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Threads; 0: the cores it may use")->capture_default_str();
}

void add_verify(CLI::App& app, std::filesystem::path& output) {
  CLI::App& command = *app.add_subcommand("verify", "Re-read a finished output folder and check everything");
  command.add_option("OUT", output, "Output folder of process or slice")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
}

void finish(ProcessOptions& options, const CLI::App& command, int argc, char** argv) {
  options.configuration = effective_configuration(command);
  options.slices.peaks.spill_folder = options.scratch.empty() ? options.output : options.scratch;
  for (int i = 0; i < argc; ++i) options.command_line += (i > 0 ? " " : "") + std::string{argv[i]};
}

int run_under_mpi(const std::string& command, Communicator& world, const Arguments& arguments) {
  if (command == "process") return run_process(world, arguments.process);
  if (command == "slice") return run_process(world, arguments.slice);
  if (command == "separate") return run_process(world, arguments.separate);
  if (command == "index") return run_index(world, arguments.index);
  return run_verify(world, arguments.verify_output);
}

/// One line, whatever the names in it hold.
void complain(const std::exception& failure, const std::string& where = {}) {
  std::fprintf(stderr, "veery: %s%s\n", printable(failure.what()).c_str(), where.c_str());
}

int dispatch(const CLI::App& command, Arguments& arguments, int argc, char** argv) {
  const std::string& name = command.get_name();
  if (name == "peaks") {
    arguments.peaks.slices.peaks.spill_folder = std::filesystem::temp_directory_path();
    return run_peaks(arguments.peaks);
  }
  if (name == "model") return run_model(command, arguments.model);
  if (name == "synthesize") return run_synthesize(arguments.synthesize);
  for (ProcessOptions* options : {&arguments.process, &arguments.slice, &arguments.separate, &arguments.index})
    finish(*options, command, argc, argv);
  if (name == "process") check_options(arguments.process);
  if (name == "slice") check_options(arguments.slice);
  if (name == "separate") check_options(arguments.separate);
  MpiEnvironment mpi{argc, argv};
  Communicator world;
  try {
    return run_under_mpi(name, world, arguments);
  } catch (const AgreedFailure& failure) {
    if (world.rank() == 0) complain(failure);
    return failure.code();
  } catch (const std::exception& failure) {
    if (world.size() == 1) throw;
    complain(failure, " (rank " + std::to_string(world.rank()) + " on " + world.host() + ")");
    MpiEnvironment::abort(exit_code::kFailed);
  }
}

/// CLI11 says "INI was not able to parse SECTION.KEY", and "SECTION.++" of a whole section.
std::string unknown_key(const CLI::ConfigError& problem) {
  std::string key = problem.what();
  key.erase(0, key.rfind(' ') + 1);
  return key.ends_with(".++") ? key.substr(0, key.size() - 3) : key;
}

int run(int argc, char** argv) {
  CLI::App app{"veery: bird-sound archives to peaks, slices, training shards and stems, under MPI", "veery"};
  app.set_version_flag("--version",
                       "veery " + std::string{program_version()} + " (" + std::string{program_commit()} + ")");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App* /*app*/, const CLI::Error& problem) {
    return "veery: " + printable(problem.what()) + " (see --help)\n";
  });
  Arguments arguments;
  add_process(app, arguments.process);
  add_slice(app, arguments.slice);
  add_separate(app, arguments.separate);
  add_index(app, arguments.index);
  add_peaks(app, arguments.peaks);
  add_synthesize(app, arguments.synthesize);
  add_verify(app, arguments.verify_output);
  add_model(app, arguments.model);
  add_configuration(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ConfigError& problem) {
    throw UsageError{"the configuration file has a section or key that no command knows", unknown_key(problem)};
  } catch (const CLI::ParseError& problem) {
    const int code = app.exit(problem);
    return code == 0 ? exit_code::kDone : exit_code::kUsage;
  }
  return dispatch(*app.get_subcommands().front(), arguments, argc, argv);
}

}  // namespace
}  // namespace veery

int main(int argc, char** argv) {
  try {
    return veery::run(argc, argv);
  } catch (const veery::UsageError& problem) {
    veery::complain(problem);
    return veery::exit_code::kUsage;
  } catch (const std::exception& failure) {
    veery::complain(failure);
    return veery::exit_code::kFailed;
  }
}
