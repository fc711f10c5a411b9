#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <utility>

#include "separation/fused_block.hpp"

namespace veery::separation {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

variable_list listed(const BlockWeights& weights) {
  return {weights.expand, weights.prelu1, weights.gamma1, weights.beta1, weights.taps,
          weights.bias,   weights.prelu2, weights.gamma2, weights.beta2, weights.contract};
}

BlockWeights weights_in(const variable_list& list, std::size_t first) {
  return {list[first],     list[first + 1], list[first + 2], list[first + 3], list[first + 4],
          list[first + 5], list[first + 6], list[first + 7], list[first + 8], list[first + 9]};
}

struct BlockFunction : torch::autograd::Function<BlockFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& values, at::TensorList weights,
                            std::int64_t dilation) {
    BlockTrace trace;
    const BlockWeights of_block = weights_in(weights.vec(), 0);
    at::Tensor output = run_block(of_block, values, dilation, trace);
    variable_list saved{values, trace.expanded, trace.convolved, trace.mean1, trace.rate1, trace.mean2, trace.rate2};
    const variable_list more = listed(of_block);
    saved.insert(saved.end(), more.begin(), more.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["dilation"] = dilation;
    return output;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const BlockTrace trace{saved[1], saved[2], saved[3], saved[4], saved[5], saved[6]};
    const BlockGradients found = block_gradients(
        weights_in(saved, 7), saved[0], context->saved_data["dilation"].toInt(), trace, gradients.front().contiguous());
    variable_list all{found.values};
    const variable_list of_weights = listed(found.weights);
    all.insert(all.end(), of_weights.begin(), of_weights.end());
    all.emplace_back();  // the dilation has none
    return all;
  }
};

}  // namespace

at::Tensor fused_block(const BlockWeights& weights, const at::Tensor& values, std::int64_t dilation,
                       BlockTrace& spare) {
  const variable_list list = listed(weights);
  const auto wants_gradient = [](const at::Tensor& tensor) { return tensor.requires_grad(); };
  const bool recorded =
      at::GradMode::is_enabled() && (values.requires_grad() || std::any_of(list.begin(), list.end(), wants_gradient));
  return recorded ? BlockFunction::apply(values, at::TensorList{list}, dilation)
                  : run_block(weights, values, dilation, spare);
}

}  // namespace veery::separation
