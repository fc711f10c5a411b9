#include <bit>
#include <cstdint>

#include "cli/add_train.hpp"
#include "cli/parse.hpp"

namespace veery {
namespace {

void add_count(CLI::App& command, const std::string& name, std::int64_t& target, const std::string& help) {
  command.add_option(name, target, help)->capture_default_str()->check(above_zero())->type_name("N");
}

}  // namespace

void add_train_network_options(CLI::App& command, TdcnConfig& network) {
  command.add_option("--sample-rate", network.sample_rate_hz, "Rate of the network, and of the shards, in Hz")
      ->capture_default_str()
      ->type_name("HZ");
  add_count(command, "--outputs", network.sources, "Stems that the network makes");
  add_choice<Encoder>(command, "--encoder", network.encoder,
                      {{"stft", Encoder::stft}, {"basis", Encoder::learnable_basis}},
                      "Spectra, or a basis that is learnt", "stft");
  add_count(command, "--frame", network.window_samples, "Samples of a frame");
  add_count(command, "--frame-hop", network.hop_samples, "Samples from frame to frame");
  add_count(command, "--coefficients", network.coefficients, "Of a frame, with a basis that is learnt");
  add_count(command, "--bottleneck", network.bottleneck, "Channels between blocks");
  add_count(command, "--channels", network.conv_channels, "Channels in a block");
  add_count(command, "--dilations", network.dilations, "Blocks a repeat; each looks twice as far as the one before");
  add_count(command, "--repeats", network.repeats, "Repeats");
  command.add_flag("--skips", network.skips, "Connections from each repeat's beginning to those of all later ones");
  add_choice<NormAxes>(
      command, "--norm", network.norm,
      {{"frames", NormAxes::frames}, {"channels", NormAxes::channels}, {"both", NormAxes::frames_and_channels}},
      "What normalisation runs over: frames, channels or both", "frames");
  command
      .add_option_function<std::string>(
          "--consistency", [&network](const std::string& name) { network.consistency = parse_consistency(name); },
          "How stems are made to sum to the mixture: none, uniform, magsq or pred-source")
      ->default_str("pred-source")
      ->type_name("NAME");
}

void complete_network(TrainOptions& options) {
  TdcnConfig& network = options.network;
  if (network.encoder == Encoder::learnable_basis || network.window_samples < 1) {
    network.pad_beginning = false;
    return;
  }
  network.coefficients =
      static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(network.window_samples)) / 2 + 1);
}

}  // namespace veery
