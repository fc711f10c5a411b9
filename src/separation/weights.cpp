#include <c10/core/ScalarType.h>

#include <sstream>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/separation/tdcn.hpp>

#include "separation/layer.hpp"

namespace veery {
namespace {

using separation::block_name;
using separation::pass_prefix;
using separation::skip_name;

void add_dense(WeightShapes& shapes, const std::string& name, std::int64_t in, std::int64_t out) {
  shapes[name + ".kernel"] = {in, out};
  shapes[name + ".bias"] = {out};
  shapes[name + ".scale"] = {};
}

void add_block(WeightShapes& shapes, const TdcnConfig& config, const std::string& block) {
  shapes[block + ".dense1.kernel"] = {config.bottleneck, config.conv_channels};
  shapes[block + ".dense1.scale"] = {};
  shapes[block + ".depthwise.kernel"] = {3, config.conv_channels};
  shapes[block + ".depthwise.bias"] = {config.conv_channels};
  shapes[block + ".dense2.kernel"] = {config.conv_channels, config.bottleneck};
  if (config.residual_scale) shapes[block + ".dense2.scale"] = {};
  for (const char* name : {".prelu1", ".norm1.gamma", ".norm1.beta", ".prelu2", ".norm2.gamma", ".norm2.beta"}) {
    shapes[block + name] = {};
  }
}

void add_pass(WeightShapes& shapes, const TdcnConfig& config, std::int64_t pass) {
  const std::string prefix = pass_prefix(config, pass);
  const std::int64_t signals = pass == 0 ? 1 : 1 + config.sources;
  if (config.encoder == Encoder::learnable_basis) {
    shapes[prefix + "encoder.kernel"] = {config.window_samples, config.coefficients};
    shapes[prefix + "decoder.kernel"] = {config.coefficients, config.window_samples};
  } else if (config.feature_norm == FeatureNorm::mean_and_variance) {
    shapes[prefix + "features.gamma"] = {};
    shapes[prefix + "features.beta"] = {};
  } else {
    shapes[prefix + "features.scale"] = {};
    shapes[prefix + "features.bias"] = {};
  }
  add_dense(shapes, prefix + "input", signals * config.coefficients, config.bottleneck);
  for (std::int64_t block = 0; block < config.blocks(); ++block) {
    add_block(shapes, config, prefix + block_name(block));
    for (std::int64_t from = 0; config.skips && block % config.dilations == 0 && from < block;
         from += config.dilations) {
      add_dense(shapes, prefix + skip_name(from, block), config.bottleneck, config.bottleneck);
    }
  }
  shapes[prefix + "mask.kernel"] = {config.bottleneck, config.sources * config.coefficients};
  if (config.consistency == Consistency::pred_source) {
    shapes[prefix + "mix_weights.kernel"] = {config.bottleneck, config.sources};
  }
}

std::string text_of(c10::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

}  // namespace

WeightShapes weight_shapes(const TdcnConfig& config) {
  check_config(config);
  WeightShapes shapes;
  for (std::int64_t pass = 0; pass < config.passes; ++pass) add_pass(shapes, config, pass);
  return shapes;
}

void check_weights(const TdcnConfig& config, const Weights& weights) {
  const WeightShapes shapes = weight_shapes(config);
  for (const auto& [name, shape] : shapes) {
    const auto found = weights.find(name);
    if (found == weights.end()) throw Error{"a weight of the separation network is missing", name};
    if (found->second.scalar_type() != at::kFloat) throw Error{"a weight is not float32", name};
    if (found->second.sizes() != c10::IntArrayRef{shape}) {
      throw Error{"a weight has the wrong shape", name,
                  text_of(found->second.sizes()) + " where " + text_of(shape) + " belongs"};
    }
  }
  for (const auto& [name, tensor] : weights) {
    if (!shapes.contains(name)) throw Error{"the separation network has no such weight", printable(name)};
  }
}

}  // namespace veery
