#include "cli/add_watch.hpp"

#include "cli/add_start_times.hpp"
#include "cli/parse.hpp"

namespace veery {
namespace {

void add_folders(CLI::App& command, WatchOptions& options) {
  command.add_option("DIR", options.work.archive.archive, "Folder into which recordings are dropped")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command.add_option("--output,-o", options.work.output, "Folder for everything that is made")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command
      .add_option("--results", options.results,
                  "File to which one JSON object a recording is appended (default: standard output)")
      ->type_name("FILE");
}

void add_service_options(CLI::App& command, WatchOptions& options) {
  ProcessOptions& work = options.work;
  add_duration(command, "--settle", options.settle_s, "A file that stood still for so long is complete", "10s");
  add_duration(command, "--poll", options.poll_s, "From one look at the folder to the next", "2s");
  command.add_flag("--once", options.once, "Do what is there and settled, then end")->configurable(false);
  command.add_flag("--remove-source", options.remove_source,
                   "Delete a recording's file once its results are published and noted");
  command.add_option("--threads", work.threads, "Threads of the network; 0: the cores it may use")
      ->capture_default_str();
  add_duration(command, "--grace", work.time.grace_s,
               "The recording in work may take so long after a signal, else it is dropped and done by the next start",
               "120s");
  add_recording_timeout(command, work.time);
  add_duration(command, "--lease-timeout", work.earlier.lease.silent_after_s,
               "A watcher elsewhere without a sign of life for so long is dead: its output folder is taken over",
               "60s");
  // For the trial of a recording over which a process died: this program starts itself with these.
  add_trial_options(command, work.trial);
}

}  // namespace

void add_watch(CLI::App& app, WatchOptions& options) {
  ProcessOptions& work = options.work;
  work.dataset.shards = {false, false};
  CLI::App& command = *app.add_subcommand("watch", "Process recordings as they are dropped into a folder, for ever");
  add_folders(command, options);
  add_service_options(command, options);
  add_start_time_options(command, work.archive);
  add_stream_options(command, work.stream);
  add_first_option(command, work.stream);
  add_slice_options(command, work.slices);
  add_clip_format(command, work, "--clips", {"none", "flac", "wav"});
  add_choice<Separate>(command, "--separate", work.separation.what,
                       {{"none", Separate::nothing}, {"recordings", Separate::recordings}},
                       "recordings: stems of whole recordings, as files", "none");
  add_separation_options(command, work.separation);
  add_report_options(command, work.report);
}

}  // namespace veery
