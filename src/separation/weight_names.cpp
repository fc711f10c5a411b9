#include "separation/weight_names.hpp"

#include <array>
#include <regex>

namespace veery::separation {
namespace {

// Scopes differ between releases (improved_tdcn/…/tdcn_block, conv_tasnet/…/tasnet_block): any name will do.
// Layers that Keras named itself carry a number (dense_1).
struct Rule {
  const char* tf;        ///< pattern of TensorFlow's name
  const char* ours;      ///< what it becomes
  const char* pattern;   ///< pattern of our name
  const char* released;  ///< what it becomes
};
constexpr std::array<Rule, 16> kRules{{
    {R"(conv_encoder/dense(?:_\d+)?/kernel)", "encoder.kernel", R"(encoder\.kernel)", "conv_encoder/dense/kernel"},
    {R"(conv_decoder/dense(?:_\d+)?/kernel)", "decoder.kernel", R"(decoder\.kernel)", "conv_decoder/dense_1/kernel"},
    {R"(layer_norm_on_mag/(gamma|beta))", "features.$1", R"(features\.(gamma|beta))", "layer_norm_on_mag/$1"},
    {R"(scale_layer(?:_\d+)?/scale_layer)", "features.scale", R"(features\.scale)", "scale_layer/scale_layer"},
    {R"(scale_layer(?:_\d+)?/scalar_bias_layer)", "features.bias", R"(features\.bias)",
     "scale_layer_1/scalar_bias_layer"},
    {R"(initial_dense/dense/(kernel|bias))", "input.$1", R"(input\.(kernel|bias))", "initial_dense/dense/$1"},
    {R"(initial_dense/dense_scale/scale_layer)", "input.scale", R"(input\.scale)",
     "initial_dense/dense_scale/scale_layer"},
    {R"(dense(?:_\d+)?/kernel)", "mask.kernel", R"(mask\.kernel)", "dense/kernel"},
    {R"(mix_weights/dense/kernel)", "mix_weights.kernel", R"(mix_weights\.kernel)", "mix_weights/dense/kernel"},
    {R"(\w+/res_dense_(\d{1,4})_to_(\d{1,4})/dense/(kernel|bias))", "skip_$1_to_$2.$3",
     R"(skip_(\d+)_to_(\d+)\.(kernel|bias))", "improved_tdcn/res_dense_$1_to_$2/dense/$3"},
    {R"(\w+/res_dense_(\d{1,4})_to_(\d{1,4})/dense_scale/scale_layer)", "skip_$1_to_$2.scale",
     R"(skip_(\d+)_to_(\d+)\.scale)", "improved_tdcn/res_dense_$1_to_$2/dense_scale/scale_layer"},
    {R"(\w+/conv_block_(\d{1,4})/\w+/dense([12])/dense/kernel)", "block_$1.dense$2.kernel",
     R"(block_(\d+)\.dense([12])\.kernel)", "improved_tdcn/conv_block_$1/tdcn_block/dense$2/dense/kernel"},
    {R"(\w+/conv_block_(\d{1,4})/\w+/dense([12])/dense_scale/scale_layer)", "block_$1.dense$2.scale",
     R"(block_(\d+)\.dense([12])\.scale)", "improved_tdcn/conv_block_$1/tdcn_block/dense$2/dense_scale/scale_layer"},
    {R"(\w+/conv_block_(\d{1,4})/\w+/timeconv/separable_conv/(?:depthwise_)?(kernel|bias))", "block_$1.depthwise.$2",
     R"(block_(\d+)\.depthwise\.(kernel|bias))", "improved_tdcn/conv_block_$1/tdcn_block/timeconv/separable_conv/$2"},
    {R"(\w+/conv_block_(\d{1,4})/\w+/normact([12])/prelu/prelu)", "block_$1.prelu$2", R"(block_(\d+)\.prelu([12]))",
     "improved_tdcn/conv_block_$1/tdcn_block/normact$2/prelu/prelu"},
    {R"(\w+/conv_block_(\d{1,4})/\w+/normact([12])/\w+/(gamma|beta))", "block_$1.norm$2.$3",
     R"(block_(\d+)\.norm([12])\.(gamma|beta))", "improved_tdcn/conv_block_$1/tdcn_block/normact$2/instance_norm/$3"},
}};

// Longer than any real name, and short enough for std::regex, which recurses.
constexpr std::size_t kLongestName = 256;

/// `name` rewritten by the first rule that fits, "" when none does.
std::string rewrite(const std::string& name, bool from_tf) {
  using Patterns = std::array<std::regex, kRules.size()>;
  static const auto patterns = [] {
    std::array<Patterns, 2> both;
    for (std::size_t i = 0; i < kRules.size(); ++i) {
      both[0][i] = std::regex{kRules[i].pattern};
      both[1][i] = std::regex{kRules[i].tf};
    }
    return both;
  }();
  std::smatch match;
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (std::regex_match(name, match, patterns[from_tf ? 1 : 0][i])) {
      return match.format(from_tf ? kRules[i].ours : kRules[i].released);
    }
  }
  return "";
}

}  // namespace

std::optional<WeightName> parse_tf_name(const std::string& tf_name) {
  if (tf_name.size() > kLongestName) return std::nullopt;
  WeightName parsed;
  std::string name = tf_name;
  // Variables made with get_variable have the slash twice.
  static const std::regex iteration{R"(model_iter_(\d{1,2})//?(.*))"};
  if (std::smatch match; std::regex_match(tf_name, match, iteration)) {
    parsed.iteration = std::stoi(match[1]);
    name = match[2];
  }
  parsed.name = rewrite(name, /*from_tf=*/true);
  if (parsed.name.empty()) return std::nullopt;
  static const std::regex norm{R"(.*/normact[12]/(\w+)/gamma)"};
  if (std::smatch match; std::regex_match(name, match, norm)) parsed.norm = match[1];
  return parsed;
}

std::string tf_name_of(const std::string& name) {
  static const std::regex pass{R"(pass_(\d+)\.(.*))"};
  std::string prefix;
  std::string rest = name;
  if (std::smatch match; std::regex_match(name, match, pass)) {
    prefix = "model_iter_" + match[1].str() + "/";
    rest = match[2];
  }
  std::string tf_name = rewrite(rest, /*from_tf=*/false);
  if (const std::string ending = "separable_conv/kernel"; tf_name.ends_with(ending)) {
    tf_name.insert(tf_name.size() - 6, "depthwise_");
  }
  return prefix + (tf_name.empty() ? rest : tf_name);
}

}  // namespace veery::separation
