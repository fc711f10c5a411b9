#pragma once
// The weights of a part of the network, and the names of its parts.
#include <ATen/core/Tensor.h>

#include <string>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/separation/tdcn.hpp>

namespace veery::separation {

inline std::string block_name(std::int64_t block) {
  return "block_" + std::to_string(block);
}

inline std::string skip_name(std::int64_t from, std::int64_t to) {
  return "skip_" + std::to_string(from) + "_to_" + std::to_string(to);
}

/// The last pass, often the only one, has no prefix.
inline std::string pass_prefix(const TdcnConfig& config, std::int64_t pass) {
  return pass + 1 == config.passes ? "" : "pass_" + std::to_string(pass) + ".";
}

/// All weights whose names begin with a prefix.
class Layer {
 public:
  Layer(const Weights& weights, std::string prefix) : weights_(&weights), prefix_(std::move(prefix)) {}

  [[nodiscard]] const at::Tensor& operator[](const std::string& name) const {
    const auto found = weights_->find(prefix_ + name);
    if (found == weights_->end()) throw Error{"a weight of the separation network is missing", prefix_ + name};
    return found->second;
  }
  /// All of them, without the prefix.
  [[nodiscard]] Weights all() const {
    Weights found;
    for (auto weight = weights_->lower_bound(prefix_); weight != weights_->end() && weight->first.starts_with(prefix_);
         ++weight)
      found.emplace(weight->first.substr(prefix_.size()), weight->second);
    return found;
  }
  [[nodiscard]] Layer in(const std::string& part) const { return {*weights_, prefix_ + part + "."}; }

 private:
  const Weights* weights_;
  std::string prefix_;
};

}  // namespace veery::separation
