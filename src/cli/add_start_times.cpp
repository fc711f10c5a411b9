#include "cli/add_start_times.hpp"

#include <map>
#include <optional>
#include <string>

#include "cli/parse.hpp"

namespace veery {

void add_start_time_options(CLI::App& command, ArchiveOptions& options) {
  add_choice<std::optional<TimeSource>>(command, "--time-source", options.probe.start.source,
                                        {{"auto", std::nullopt},
                                         {"name", TimeSource::name},
                                         {"guano", TimeSource::guano},
                                         {"comment", TimeSource::comment},
                                         {"wamd", TimeSource::wamd},
                                         {"bext", TimeSource::bext}},
                                        "Where start times come from; auto: the first of these that has one", "auto");
  command
      .add_option_function<std::string>(
          "--time-pattern",
          [&options](const std::string& text) {
            options.probe.start.pattern = text.empty() ? std::nullopt : std::optional<TimePattern>{text};
          },
          "Times in file names: %Y %y %m %d %j %H %M %S %f %z %s, and * for anything (default: as recorders write "
          "them)")
      ->type_name("PATTERN");
  command
      .add_option("--time-zone", options.time_zone,
                  "Zone of recorders' clocks where nothing tells an offset: UTC, +10:00 or America/Chicago")
      ->type_name("ZONE");
  command
      .add_option_function<std::string>(
          "--site-pattern",
          [&options](const std::string& text) {
            options.probe.site = text.empty() ? std::nullopt : std::optional<SitePattern>{text};
          },
          "Where the site stands in paths: {region}/{site}, or **/{site}_* for names of files (default: the folder)")
      ->type_name("PATTERN");
}

}  // namespace veery
