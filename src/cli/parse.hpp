#pragma once
// Texts of options to values, and the options that several commands share.
#include <CLI/CLI.hpp>

#include <string>

#include <veery/run/commands.hpp>

namespace veery {

void add_archive_options(CLI::App& command, ArchiveOptions& options);
void add_stream_options(CLI::App& command, StreamOptions& options);
void add_peak_options(CLI::App& command, SliceOptions& options);
void add_slice_options(CLI::App& command, SliceOptions& options);
void add_plan_options(CLI::App& command, PlanOptions& options);
void add_report_options(CLI::App& command, ReportOptions& options);

/// An option whose text becomes a duration.
CLI::Option* add_duration(CLI::App& command, const std::string& name, double& seconds, const std::string& help,
                          const std::string& shown_default);

}  // namespace veery
