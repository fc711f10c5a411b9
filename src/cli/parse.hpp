#pragma once
// Texts of options to values, and the options that several commands share.
#include <CLI/CLI.hpp>

#include <map>
#include <string>
#include <vector>

#include <veery/run/commands.hpp>

namespace veery {

/// An option that takes one of a few words.
template <typename Value>
CLI::Option* add_choice(CLI::App& command, const std::string& name, Value& target,
                        const std::map<std::string, Value>& words, const std::string& help,
                        const std::string& shown_default) {
  return command
      .add_option_function<std::string>(
          name, [&target, words](const std::string& word) { target = words.at(word); }, help)
      ->check(CLI::IsMember(words))
      ->default_str(shown_default);
}

/// Unlike CLI11's own checks these don't print a bound of 300 digits, and take no NaN.
CLI::Validator above_zero();
CLI::Validator zero_or_more();

void add_archive_options(CLI::App& command, ArchiveOptions& options);
void add_stream_options(CLI::App& command, StreamOptions& options);
/// Channels and resampler alone.
void add_channel_options(CLI::App& command, StreamOptions& options);
void add_peak_options(CLI::App& command, SliceOptions& options);
void add_slice_options(CLI::App& command, SliceOptions& options);
void add_plan_options(CLI::App& command, PlanOptions& options);
void add_separation_options(CLI::App& command, SeparationOptions& options);
void add_device_option(CLI::App& command, std::string& device);
void add_precision_option(CLI::App& command, Precision& precision,
                          const std::string& names = "float32, tf32, bf16 or fp16");
void add_report_options(CLI::App& command, ReportOptions& options);
/// The first of `words` is the default.
void add_clip_format(CLI::App& command, ProcessOptions& options, const std::string& name,
                     const std::vector<std::string>& words);
void add_first_option(CLI::App& command, StreamOptions& options);
/// When the job ends, and how long before no work is begun.
void add_job_end_options(CLI::App& command, TimeOptions& options, const std::string& what_is_not_begun);
void add_recording_timeout(CLI::App& command, TimeOptions& options);
/// Not for people.
void add_trial_options(CLI::App& command, TrialOptions& options);

/// An option whose text becomes a duration.
CLI::Option* add_duration(CLI::App& command, const std::string& name, double& seconds, const std::string& help,
                          const std::string& shown_default);

}  // namespace veery
