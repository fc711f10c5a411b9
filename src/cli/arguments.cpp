#include "cli/arguments.hpp"

#include <functional>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/run/libraries.hpp>

#include "cli/add_labels.hpp"
#include "cli/add_shard_formats.hpp"
#include "cli/configuration.hpp"
#include "cli/parse.hpp"
#include "cli/presets.hpp"

namespace veery {
namespace {

BirdRange parse_birds(const std::string& text) {
  BirdRange birds;
  const std::size_t dots = text.find("..");
  if (dots != std::string::npos && CLI::detail::lexical_cast(text.substr(0, dots), birds.fewest) &&
      CLI::detail::lexical_cast(text.substr(dots + 2), birds.most))
    return birds;
  throw UsageError{"not a range of birds: " + text, "--birds", "LEAST..MOST, such as 0..3"};
}

/// When a run ends before all is done.
void add_time_options(CLI::App& command, TimeOptions& options) {
  add_job_end_options(command, options,
                      "Begin no unit in the last so much of the walltime, nor one that would reach into it");
  add_duration(command, "--grace", options.grace_s,
               "Units in work may take so long after a signal or the end of the time, else they are dropped", "120s");
  add_recording_timeout(command, options);
  add_duration(command, "--rank-timeout", options.rank_timeout_s,
               "A rank without a sign of life for so long ends the job (exit code 75); 0s: never", "10min");
}

void add_run_options(CLI::App& command, ProcessOptions& options) {
  command.add_option("--output,-o", options.output, "Folder for everything that is made")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command
      .add_option(
          "--scratch", options.scratch,
          "Folder in which files are built before they are copied to the output folder, best on a disk of the node")
      ->type_name("DIR");
  command.add_option("--threads", options.threads, "Threads of each rank; 0: the cores it may use")
      ->capture_default_str();
  add_time_options(command, options.time);
  add_duration(command, "--lease-timeout", options.earlier.lease.silent_after_s,
               "A run on another machine without a sign of life for so long is dead: its output folder is taken over",
               "60s");
  command
      .add_flag("--check", options.earlier.check,
                "Read the files of finished units again first, and do anew the units of those that differ")
      ->configurable(false);
  command
      .add_flag("--extend", options.earlier.extend,
                "Continue although recordings are new in the archive, or have changed; finished units stay")
      ->configurable(false);
  command.add_flag("--restart", options.earlier.restart, "Remove what an earlier run made in the output folder first")
      ->configurable(false);
  // For the trial of a recording over which a process died: this program starts itself with these.
  add_trial_options(command, options.trial);
  command.add_flag("--allow-bad", options.allow_bad, "End with 0 even if recordings are in the quarantine");
  command.add_flag("--dry-run", options.dry_run, "Print the plan and stop")->configurable(false);
}

/// What `process` and `slice` share: everything up to the slices.
void add_pipeline_options(CLI::App& command, ProcessOptions& options) {
  add_archive_options(command, options.archive);
  add_run_options(command, options);
  add_stream_options(command, options.stream);
  add_first_option(command, options.stream);
  add_slice_options(command, options.slices);
  add_label_options(command, options.labels);
  add_plan_options(command, options.plan);
  add_report_options(command, options.report);
}

void add_key_options(CLI::App& command, KeyRule& keys) {
  add_choice<KeyForm>(
      command, "--keys", keys.form, {{"segment", KeyForm::segment}, {"name", KeyForm::name}, {"time", KeyForm::time}},
      "Keys of rows, which set their order: FILENAME_SEGMENT, the same without folders and extension, or "
      "FILENAME:0000012345ms",
      "segment");
  command.add_option("--key-prefix", keys.prefix, "In front of keys, such as the archive's place")->type_name("TEXT");
}

void add_process(CLI::App& app, ProcessOptions& options) {
  CLI::App& command = *app.add_subcommand("process", "Archive to peaks, slices, training shards and a manifest");
  add_preset(command);
  add_pipeline_options(command, options);
  add_shard_formats(command, options.dataset.shards);
  add_tfds_format(command, options.dataset.tfds);
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
                   "Compress the HDF5 shards (shuffle + gzip 1): slower, about a third smaller");
  add_key_options(command, options.dataset.keys);
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
  options.dataset.shards = {false, false};
  options.clips = AudioFormat::flac;
  CLI::App& command = *app.add_subcommand("slice", "Archive to slices as audio files in a mirrored tree");
  add_pipeline_options(command, options);
  add_clip_format(command, options, "--format", {"flac", "wav"});
}

void add_separate(CLI::App& app, ProcessOptions& options) {
  options.slicing = false;
  options.dataset.shards = {false, false};
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

/// Examples whose sources are known.
void add_source_options(CLI::App& command, SynthesizeOptions& options) {
  CLI::Option* const sources = command.add_flag_function(
      "--sources", [&options](std::int64_t) { options.sources = options.sources.value_or(BirdRange{}); },
      "Make examples with each source in a file of its own (background, then a bird each), and the list of a split");
  command
      .add_option_function<std::string>(
          "--birds", [&options](const std::string& text) { options.sources = parse_birds(text); },
          "Birds of an example, uniform: LEAST..MOST")
      ->needs(sources)
      ->default_str("0..3")
      ->type_name("RANGE");
  command.add_option("--split", options.split, "Split that the examples belong to: train, validation, eval")
      ->needs(sources)
      ->capture_default_str();
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
  add_source_options(command, options);
  command.add_option("--threads", options.threads, "Threads; 0: the cores it may use")->capture_default_str();
}

void add_verify(CLI::App& app, std::filesystem::path& output) {
  CLI::App& command = *app.add_subcommand("verify", "Re-read a finished output folder and check everything");
  command.add_option("OUT", output, "Output folder of process or slice")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
}

void add_repair(CLI::App& app, std::filesystem::path& output) {
  CLI::App& command = *app.add_subcommand("repair", "Re-read a run's files and do anew the units of those that differ");
  command.add_option("OUT", output, "Output folder of process, slice or separate")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command.allow_extras();
  command.footer("Further options go to the command that did the run.");
}

void add_status(CLI::App& app, Arguments& arguments) {
  CLI::App& command = *app.add_subcommand("status", "How a run goes, or how it ended");
  command.add_option("OUT", arguments.status_output, "Output folder of a run")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command.add_flag("--json", arguments.status_as_json, "As JSON")->configurable(false);
}

std::string version_text() {
  std::string text = "veery " + std::string{program_version()} + " (" + std::string{program_commit()} + ")\n";
  text += "built with " + std::string{program_build()};
  for (const auto& [name, version] : library_versions()) text += '\n' + name + ' ' + printable(version);
  return text;
}

/// CLI11 says "INI was not able to parse SECTION.KEY", and "SECTION.++" of a whole section.
std::string unknown_key(const CLI::ConfigError& problem) {
  std::string key = problem.what();
  key.erase(0, key.rfind(' ') + 1);
  return key.ends_with(".++") ? key.substr(0, key.size() - 3) : key;
}

}  // namespace

void add_commands(CLI::App& app, Arguments& arguments) {
  app.name("veery");
  app.description("veery: bird-sound archives to peaks, slices, training shards and stems, under MPI");
  app.set_version_flag("--version", version_text, "Print version and commit, how it was built and what it runs with");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App* /*app*/, const CLI::Error& problem) {
    return "veery: " + printable(problem.what()) + " (see --help)\n";
  });
  add_process(app, arguments.process);
  add_slice(app, arguments.slice);
  add_separate(app, arguments.separate);
  add_index(app, arguments.index);
  add_peaks(app, arguments.peaks);
  add_synthesize(app, arguments.synthesize);
  add_verify(app, arguments.verify_output);
  add_repair(app, arguments.repair_output);
  add_status(app, arguments);
  add_model(app, arguments.model);
  add_shards(app, arguments.shards);
  add_submit(app, arguments.submit);
  add_watch(app, arguments.watch);
  add_train(app, arguments.train);
  add_evaluate(app, arguments.evaluate);
  add_configuration(app);
  app.get_subcommand("repair")->fallthrough(false);  // what it does not know is for the command of the run
  for (const char* flag : {"--yes", "--overwrite"}) app.get_subcommand("submit")->get_option(flag)->envname("");
}

void parse_arguments(CLI::App& app, int argc, const char* const* argv) {
  apply_preset(*app.get_subcommand("process"), argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ConfigError& problem) {
    throw UsageError{"the configuration file has a section or key that no command knows", unknown_key(problem)};
  } catch (const CLI::ExtrasError& problem) {
    if (app.got_subcommand("submit")) throw UsageError{problem.what(), "veery submit", kSubmitUsage};
    throw;
  }
}

void complete_options(TrainOptions& options, const CLI::App& command, int argc, char** argv) {
  options.configuration = effective_configuration(command);
  options.earlier.lease.beat_every_s = options.earlier.lease.silent_after_s / 6.0;
  options.arguments.assign(argv, argv + argc);
  std::erase(options.data.validation, std::filesystem::path{});  // as a configuration says that there are none
  complete_network(options);
}

void complete_options(ProcessOptions& options, const CLI::App& command, int argc, char** argv) {
  options.configuration = effective_configuration(command);
  options.slices.peaks.spill_folder = options.scratch.empty() ? options.output : options.scratch;
  options.earlier.lease.beat_every_s = options.earlier.lease.silent_after_s / 6.0;
  options.command = command.get_name();
  options.arguments.assign(argv, argv + argc);
}

}  // namespace veery
