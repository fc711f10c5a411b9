#include "cli/parse.hpp"

#include <limits>
#include <optional>

#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/quantity.hpp>
#include <veery/state/utc.hpp>

#include "cli/add_start_times.hpp"

namespace veery {
namespace {

ChannelChoice parse_channels(const std::string& text) {
  if (text == "mean") return {0};
  if (text == "first") return {1};
  if (const auto channel = parse_number<int>(text); channel && *channel >= 1) return {*channel};
  throw UsageError{"not a choice of channels: " + text, "--channels", "mean, first, or a number from 1"};
}

std::vector<Split> parse_splits(const std::string& text) {
  std::vector<Split> splits;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::optional<double> share = equals == part.size() ? 1.0 : parse_number<double>(part.substr(equals + 1));
    if (equals == 0 || !share) throw UsageError{"not a split: " + part, "--split", "write train=0.9,validation=0.1"};
    splits.push_back({part.substr(0, equals), *share});
  }
  return splits;
}

std::optional<double> number_in(const std::string& text) {
  double number = 0.0;
  if (!CLI::detail::lexical_cast(text, number)) return std::nullopt;
  return number;
}

}  // namespace

CLI::Validator above_zero() {
  return {[](const std::string& text) {
            return number_in(text).value_or(0.0) > 0.0 ? std::string{} : text + " is not a number above 0";
          },
          "POSITIVE"};
}

CLI::Validator zero_or_more() {
  return {[](const std::string& text) {
            return number_in(text).value_or(-1.0) >= 0.0 ? std::string{} : text + " is not a number of 0 or more";
          },
          "NONNEGATIVE"};
}

CLI::Option* add_duration(CLI::App& command, const std::string& name, double& seconds, const std::string& help,
                          const std::string& shown_default) {
  return command
      .add_option_function<std::string>(
          name,
          [&seconds, name](const std::string& text) {
            try {
              seconds = parse_duration_s(text);
            } catch (const UsageError& problem) {
              throw UsageError{problem.what(), name};
            }
          },
          help)
      ->default_str(shown_default)
      ->type_name("TIME");
}

void add_archive_options(CLI::App& command, ArchiveOptions& options) {
  command.add_option("ARCHIVE", options.archive, "Folder of recordings, or one recording")
      ->required()
      ->type_name("PATH")
      ->configurable(false);
  command
      .add_option("--files-from", options.files_from,
                  "Take the paths in this list (one a line) instead of the whole tree")
      ->type_name("FILE");
  add_start_time_options(command, options);
}

void add_stream_options(CLI::App& command, StreamOptions& options) {
  command.add_option("--sample-rate", options.sample_rate_hz, "Rate of the dataset, in Hz")
      ->capture_default_str()
      ->type_name("HZ");
  add_channel_options(command, options);
}

void add_channel_options(CLI::App& command, StreamOptions& options) {
  command
      .add_option_function<std::string>(
          "--channels", [&options](const std::string& text) { options.channels = parse_channels(text); },
          "Channels of a file that make the signal: mean (of all), first, or a number from 1")
      ->default_str("mean");
  add_choice<ResamplerKind>(command, "--resampler", options.resampler,
                            {{"soxr-hq", ResamplerKind::soxr_hq}, {"perch", ResamplerKind::perch}},
                            "soxr-hq, or perch: SciPy's polyphase filter, for parity", "soxr-hq");
}

void add_peak_options(CLI::App& command, SliceOptions& options) {
  command
      .add_option_function<std::string>(
          "--peak-scope",
          [&options](const std::string& text) {
            options.peak_scope_s =
                text == "recording" ? std::numeric_limits<double>::infinity() : parse_duration_s(text);
          },
          "Look for peaks in blocks of this length, each on its own, or in the whole 'recording'")
      ->default_str("300s")
      ->type_name("TIME");
  command
      .add_option("--peaks-per-scope", options.peaks.most_peaks,
                  "Keep so many of the strongest peaks of a scope; 0: all")
      ->capture_default_str()
      ->check(zero_or_more());
  add_choice<PerchCompat>(command, "--compat", options.peaks.compat,
                          {{"none", PerchCompat::off}, {"perch", PerchCompat::on}},
                          "perch: repeat Perch's rounding and tie rules to the sample", "none");
}

void add_slice_options(CLI::App& command, SliceOptions& options) {
  add_choice<SliceMode>(command, "--slices", options.mode, {{"peaks", SliceMode::peaks}, {"fixed", SliceMode::fixed}},
                        "Where slices are cut: around peaks, or by the clock", "peaks");
  add_duration(command, "--interval", options.interval_s, "Length of a slice", "6s");
  command
      .add_option_function<std::string>(
          "--hop",
          [&options](const std::string& text) {
            options.hop_s = text == "interval" ? std::nullopt : std::optional<double>{parse_duration_s(text)};
          },
          "Fixed slices: from start to start; interval: the length of a slice")
      ->default_str("5s")
      ->type_name("TIME");
  add_choice<Tail>(command, "--tail", options.tail,
                   {{"drop", Tail::drop}, {"pad", Tail::pad}, {"shift", Tail::shift}, {"remainder", Tail::remainder}},
                   "Fixed slices: what becomes of the end of a recording", "drop");
  add_choice<Edge>(command, "--edge", options.edge, {{"shift", Edge::shift}, {"drop", Edge::drop}},
                   "Peak slices that would leave the recording: moved inward, or dropped at its end", "shift");
  add_choice<Short>(command, "--short", options.too_short, {{"wrap", Short::wrap}, {"skip", Short::skip}},
                    "Peak slices of a recording shorter than one: it is repeated to the length, or gives none", "wrap");
  add_choice<WithoutPeaks>(command, "--without-peaks", options.without_peaks,
                           {{"none", WithoutPeaks::nothing}, {"first", WithoutPeaks::first}},
                           "What a recording without peaks gives: nothing, or its first slice unless it is silent",
                           "none");
  add_peak_options(command, options);
}

void add_plan_options(CLI::App& command, PlanOptions& options) {
  command
      .add_option_function<std::string>(
          "--split", [&options](const std::string& text) { options.splits = parse_splits(text); },
          "Splits and their shares, e.g. train=0.9,validation=0.1")
      ->default_str("train=1");
  add_choice<SplitBy>(command, "--split-by", options.split_by,
                      {{"recording", SplitBy::recording}, {"site", SplitBy::site}, {"day", SplitBy::day}},
                      "What must stay in one split", "recording");
  command
      .add_option_function<std::string>(
          "--unit-audio",
          [&options](const std::string& text) { options.unit_s = text == "auto" ? 0.0 : parse_duration_s(text); },
          "Audio in a work unit, which makes one shard; auto: 1/256 of the archive, 15min to 4h, less at the end")
      ->default_str("auto")
      ->type_name("TIME");
}

void add_report_options(CLI::App& command, ReportOptions& options) {
  command.add_flag("--quiet", options.quiet, "Say nothing but problems");
  command.add_flag("--verbose", options.verbose, "Say more");
  add_duration(command, "--log-every", options.log_every_s, "How often to log progress where there is no terminal",
               "30s");
  command.add_option("--log-file", options.log_file, "Write the log here too")->type_name("FILE");
}

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

void add_first_option(CLI::App& command, StreamOptions& options) {
  add_duration(command, "--first", options.first_s, "Take only so much from the start of each recording; 0s: all of it",
               "0s");
}

void add_job_end_options(CLI::App& command, TimeOptions& options, const std::string& what_is_not_begun) {
  add_duration(command, "--walltime", options.walltime_s, "Time that the job has; 0s: no limit", "0s");
  add_duration(command, "--stop-before-end", options.stop_before_end_s, what_is_not_begun, "5min");
  command
      .add_option_function<std::string>(
          "--deadline", [&options](const std::string& text) { options.deadline_s = parse_moment_s(text); },
          "When the job ends: ISO 8601 with an offset, or seconds since 1970 (as in SLURM_JOB_END_TIME)")
      ->configurable(false)
      ->type_name("MOMENT");
}

void add_recording_timeout(CLI::App& command, TimeOptions& options) {
  command
      .add_option_function<std::string>(
          "--recording-timeout",
          [&options](const std::string& text) {
            if (text == "auto") {
              options.recording_timeout_s.reset();
            } else {
              options.recording_timeout_s = parse_duration_s(text);
            }
          },
          "A recording without a result for so long is left out by the next run; 0s: never; auto: by its length")
      ->default_str("auto")
      ->type_name("TIME");
}

void add_trial_options(CLI::App& command, TrialOptions& options) {
  command.add_option("--try-recording", options.recording)->group("")->configurable(false);
  command.add_flag("--try-header", options.header_only)->group("")->configurable(false);
}

}  // namespace veery
