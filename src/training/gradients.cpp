#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>
#include <string>

#include <veery/training/optimiser.hpp>

namespace veery {

Weights trainable(const Weights& weights) {
  Weights copies;
  for (const auto& [name, weight] : weights) copies[name] = weight.detach().clone().requires_grad_(true);
  return copies;
}

namespace {

/// Hooks on weights for as long as it lives.
class Listening {
 public:
  Listening(const Weights& weights, const GradientListener& tell) : weights_(weights) {
    if (!tell) return;
    for (const auto& [name, weight] : weights)
      hooks_[name] = weight.register_hook([&tell, &name = name](const at::Tensor& gradient) { tell(name, gradient); });
  }
  ~Listening() {
    for (const auto& [name, hook] : hooks_) weights_.at(name).remove_hook(hook);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  const Weights& weights_;
  std::map<std::string, unsigned> hooks_;
};

}  // namespace

Weights gradients_of(const at::Tensor& loss, const Weights& weights, const GradientListener& tell) {
  const Listening listening{weights, tell};
  std::vector<at::Tensor> inputs;
  inputs.reserve(weights.size());
  for (const auto& [name, weight] : weights) inputs.push_back(weight);
  const std::vector<at::Tensor> found =
      torch::autograd::grad({loss}, inputs, /*grad_outputs=*/{}, /*retain_graph=*/c10::nullopt,
                            /*create_graph=*/false, /*allow_unused=*/true);
  Weights gradients;
  auto gradient = found.begin();
  for (const auto& [name, weight] : weights) {
    gradients[name] = gradient->defined() ? *gradient : at::zeros_like(weight);
    ++gradient;
  }
  return gradients;
}

at::Tensor clip_by_global_norm(Weights& gradients, double max_norm) {
  std::vector<at::Tensor> norms;
  norms.reserve(gradients.size());
  for (const auto& [name, gradient] : gradients) norms.push_back(gradient.norm());
  at::Tensor norm = at::stack(norms).norm();
  const at::Tensor scale = max_norm / norm.clamp_min(max_norm);
  for (auto& [name, gradient] : gradients) gradient = gradient * scale;
  return norm;
}

}  // namespace veery
