#include <veery/base/error.hpp>

#include "cli/parse.hpp"

namespace veery {
namespace {

void add_network_options(CLI::App& command, SeparationOptions& options) {
  command
      .add_option(
          "--model", options.model,
          "Model to separate with: a model file or a TorchScript module (default: the one that ships with veery)")
      ->type_name("FILE");
  command.add_option("--model-rate", options.model_rate_hz, "Rate of a TorchScript module that does not tell, in Hz")
      ->type_name("HZ");
  add_device_option(command, options.device);
  add_precision_option(command, options.precision);
  command
      .add_option_function<std::string>(
          "--batch",
          [&options](const std::string& word) {
            if (word != "auto" && !CLI::detail::lexical_cast(word, options.batch)) {
              throw UsageError{"not a batch: " + word, "--batch", "auto, or a number of windows"};
            }
          },
          "Windows in a batch; auto: one a thread on the CPU, what the free memory holds on a GPU")
      ->default_str("auto");
}

}  // namespace

void add_device_option(CLI::App& command, std::string& device) {
  command.add_option("--device", device, "auto (a GPU if there is one), cpu, cuda, or cuda:N")->capture_default_str();
}

void add_precision_option(CLI::App& command, Precision& precision, const std::string& names) {
  command
      .add_option_function<std::string>(
          "--precision", [&precision](const std::string& word) { precision = parse_precision(word); },
          "Arithmetic of the network: " + names)
      ->default_str("float32");
}

void add_separation_options(CLI::App& command, SeparationOptions& options) {
  add_network_options(command, options);
  add_duration(command, "--window", options.windows.window_s, "Audio that the network sees at a time", "10s");
  add_duration(command, "--window-hop", options.windows.hop_s, "From one window's start to the next", "8s");
  add_duration(command, "--fade", options.windows.fade_s, "Cross-fade, in the middle of the overlap", "1s");
  add_choice<StemFormat>(command, "--stem-format", options.format,
                         {{"flac", StemFormat::flac16},
                          {"flac24", StemFormat::flac24},
                          {"wav", StemFormat::wav_float},
                          {"hdf5", StemFormat::hdf5}},
                         "Stems of whole recordings: flac (16 bit), flac24, wav (float) or hdf5", "flac");
  add_choice<bool>(command, "--output-rate", options.at_source_rate, {{"model", false}, {"source", true}},
                   "Rate of the stems of whole recordings: the model's, or back at each source's", "model");
  command
      .add_option("--residual-limit", options.residual_limit_db,
                  "Flag recordings whose stems miss more of the mixture than this, in dB")
      ->capture_default_str()
      ->type_name("DB");
}

}  // namespace veery
