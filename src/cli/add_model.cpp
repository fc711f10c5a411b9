#include "cli/add_model.hpp"

#include <string>
#include <vector>

#include <veery/base/text.hpp>

namespace veery {
namespace {

void add_milliseconds(CLI::App& command, const std::string& name, std::optional<double>& seconds,
                      const std::string& help) {
  command
      .add_option_function<double>(
          name, [&seconds](const double& milliseconds) { seconds = milliseconds * 1e-3; }, help)
      ->type_name("MS");
}

void add_flag(CLI::App& command, const std::string& name, std::optional<bool>& target, const std::string& help) {
  command.add_flag_function(
      "--" + name + ",!--no-" + name, [&target](std::int64_t count) { target = count > 0; }, help);
}

/// What a checkpoint can't tell; an option wins over the preset.
void add_settings(CLI::App& command, ImportOptions& settings) {
  command.add_option("--preset", settings.preset, "Values of a published family: " + joined(import_presets(), ", "))
      ->type_name("NAME");
  command.add_option("--sample-rate", settings.sample_rate_hz, "Rate that the network was trained at, in Hz")
      ->type_name("HZ");
  add_milliseconds(command, "--window-ms", settings.window_s, "Window, in ms (a learnable basis tells it)");
  add_milliseconds(command, "--hop-ms", settings.hop_s, "From frame to frame, in ms (learnable basis: half a window)");
  command
      .add_option_function<std::string>(
          "--consistency", [&settings](const std::string& name) { settings.consistency = parse_consistency(name); },
          "How stems are made to sum to the mixture: none, uniform, magsq, pred-source (told only if pred-source)")
      ->type_name("NAME");
  command
      .add_option_function<std::string>(
          "--feature-norm", [&settings](const std::string& name) { settings.feature_norm = parse_feature_norm(name); },
          "STFT: what is done to magnitudes (told unless the variables are a scale and a bias): " +
              joined({to_string(FeatureNorm::mean_and_variance), to_string(FeatureNorm::compress_and_max),
                      to_string(FeatureNorm::none)},
                     ", "))
      ->type_name("NAME");
  command.add_option("--dilations", settings.dilations, "Blocks a repeat (told by skip connections, else 8)");
  add_flag(command, "extra-frame", settings.keep_extra_frame,
           "Learnable basis: a frame begins at every hop, even one with no new sample");
  add_flag(command, "pad-beginning", settings.pad_beginning, "STFT: zeros in front of the first window (FUSS: yes)");
}

}  // namespace

void add_model(CLI::App& app, ModelArguments& arguments) {
  CLI::App& model = *app.add_subcommand("model", "Import separation models, and say what they are");
  model.require_subcommand(1);
  CLI::App& import = *model.add_subcommand("import", "A TensorFlow checkpoint to a model file, without TensorFlow");
  import.add_option("CHECKPOINT", arguments.import.checkpoint, "Its prefix, its .index file, or a folder with one")
      ->required()
      ->type_name("CHECKPOINT")
      ->configurable(false);
  import.add_option("--output,-o", arguments.import.output, "The model file (.h5)")
      ->required()
      ->type_name("FILE")
      ->configurable(false);
  add_settings(import, arguments.import.settings);
  CLI::App& info = *model.add_subcommand("info", "Check a model and print its settings, digest and provenance");
  info.add_option("FILE", arguments.info, "A model file, or a TorchScript module")
      ->required()
      ->type_name("FILE")
      ->configurable(false);
}

int run_model(const CLI::App& command, const ModelArguments& arguments) {
  return command.got_subcommand("import") ? run_model_import(arguments.import) : run_model_info(arguments.info);
}

}  // namespace veery
