#pragma once
// One list of the network's settings: what writes, reads, prints and digests them goes through it.
#include <type_traits>

#include <veery/separation/tdcn_config.hpp>

namespace veery::separation {

template <typename Config, typename Visit>
void visit_fields(Config& config, Visit&& visit) {
  visit("sample_rate_hz", config.sample_rate_hz);
  visit("encoder", config.encoder);
  visit("window_samples", config.window_samples);
  visit("hop_samples", config.hop_samples);
  visit("coefficients", config.coefficients);
  visit("keep_extra_frame", config.keep_extra_frame);
  visit("pad_beginning", config.pad_beginning);
  visit("sources", config.sources);
  visit("bottleneck", config.bottleneck);
  visit("conv_channels", config.conv_channels);
  visit("dilations", config.dilations);
  visit("repeats", config.repeats);
  visit("skips", config.skips);
  visit("residual_scale", config.residual_scale);
  visit("norm", config.norm);
  visit("consistency", config.consistency);
  visit("magsq_floor", config.magsq_floor);
  visit("passes", config.passes);
  // Younger than the first model files: they lack it, and their digests hold where its default is left out.
  if (!std::is_const_v<Config> || config.feature_norm != FeatureNorm{}) visit("feature_norm", config.feature_norm);
}

/// The value that `name` stands for. Throws Error that lists the names there are.
void parse_name(const std::string& name, Encoder& value);
void parse_name(const std::string& name, FeatureNorm& value);
void parse_name(const std::string& name, NormAxes& value);
void parse_name(const std::string& name, Consistency& value);

}  // namespace veery::separation
