#pragma once
// TensorFlow's names of the network's variables, and ours.
#include <optional>
#include <string>

namespace veery::separation {

struct WeightName {
  std::string name;    ///< ours, without a pass
  int iteration = -1;  ///< of model_iter_N; -1: the last pass
  std::string norm;    ///< the name of the normalisation that a gamma or beta belongs to
};

/// Nothing when the network has no variable of such a name.
[[nodiscard]] std::optional<WeightName> parse_tf_name(const std::string& tf_name);

/// The name that the released code gives to the variable that we call `name`.
[[nodiscard]] std::string tf_name_of(const std::string& name);

}  // namespace veery::separation
