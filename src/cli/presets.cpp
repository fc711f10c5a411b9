#include "cli/presets.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <veery/run/environment.hpp>

namespace veery {
namespace {

struct Setting {
  const char* option;
  const char* value;
};

struct Preset {
  std::string_view name;
  std::vector<Setting> settings;
};

/// What the builders of google-research/perch do (chirp/data); docs/presets.md says where we differ.
const std::vector<Preset>& presets() {
  static const std::vector<Setting> kWindows{{"--sample-rate", "16000"}, {"--interval", "6s"}, {"--slices", "fixed"},
                                             {"--hop", "interval"},      {"--tail", "drop"},   {"--keys", "time"}};
  static const std::vector<Preset> kPresets{
      {"perch-bird-taxonomy",
       {{"--sample-rate", "32000"},
        {"--resampler", "perch"},
        {"--first", "300s"},
        {"--interval", "6s"},
        {"--slices", "peaks"},
        {"--peak-scope", "recording"},
        {"--peaks-per-scope", "5"},
        {"--edge", "shift"},
        {"--short", "wrap"},
        {"--without-peaks", "first"},
        {"--keys", "name"}}},
      {"perch-soundscapes",
       {{"--sample-rate", "32000"},
        {"--resampler", "perch"},
        {"--interval", "5s"},
        {"--slices", "peaks"},
        {"--peak-scope", "recording"},
        {"--peaks-per-scope", "200"},
        {"--edge", "shift"},
        {"--short", "skip"},
        {"--unlabelled", "drop"},
        {"--keys", "name"}}},
      {"perch-wav-directory", kWindows},
      {"perch-wav-directory/unfiltered", kWindows},
      {"perch-wav-directory/slice_peaked",
       {{"--sample-rate", "16000"},
        {"--interval", "6s"},
        {"--slices", "peaks"},
        {"--peak-scope", "recording"},
        {"--peaks-per-scope", "5"},
        {"--edge", "drop"},
        {"--short", "skip"},
        {"--keys", "time"}}},
  };
  return kPresets;
}

/// As CLI11 would find it: the last flag, else the variable; empty: none.
std::string named_preset(std::span<const char* const> arguments) {
  constexpr std::string_view kFlag = "--preset";
  std::string name = process_environment("VEERY_PRESET").value_or("");
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == kFlag && i + 1 < arguments.size()) name = arguments[i + 1];
    if (argument.starts_with(std::string{kFlag} + "=")) name = argument.substr(kFlag.size() + 1);
  }
  return name;
}

}  // namespace

void add_preset(CLI::App& command) {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) names.emplace_back(preset.name);
  command
      .add_option_function<std::string>(
          "--preset", [](const std::string&) {}, "Other defaults: those of a builder of Perch (docs/presets.md)")
      ->check(CLI::IsMember(names))
      ->configurable(false)
      ->type_name("NAME");
}

void apply_preset(CLI::App& command, int argc, const char* const* argv) {
  const std::string name = named_preset({argv, static_cast<std::size_t>(argc)});
  for (const Preset& preset : presets()) {
    if (preset.name != name) continue;
    for (const auto& [option, value] : preset.settings)
      command.get_option(option)->run_callback_for_default()->default_val(std::string{value});
  }
}

}  // namespace veery
