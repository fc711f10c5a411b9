#include "separation/recompute.hpp"

#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include <utility>

#include <veery/separation/autocast.hpp>

namespace veery::separation {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Precision autocast_precision(const at::Device& device) {
  if (!at::autocast::is_autocast_enabled(device.type())) return Precision::float32;
  const bool half = at::autocast::get_autocast_dtype(device.type()) == at::kHalf;
  return half ? Precision::float16 : Precision::bfloat16;
}

/// What a second call needs beside the inputs.
struct Held : torch::CustomClassHolder {
  NetworkPart part;
  Precision precision = Precision::float32;
};

struct Recomputed : torch::autograd::Function<Recomputed> {
  static at::Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Held>& held, at::TensorList inputs) {
    const variable_list list = inputs.vec();
    context->saved_data["held"] = c10::IValue::make_capsule(held);
    context->save_for_backward(list);
    return held->part(list);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto held = c10::static_intrusive_pointer_cast<Held>(context->saved_data["held"].toCapsule());
    variable_list inputs;
    for (const at::Tensor& saved : context->get_saved_variables())
      inputs.push_back(saved.detach().requires_grad_(saved.is_floating_point()));
    const at::AutoGradMode gradients_wanted{true};
    const at::Tensor output = [&] {
      const Autocast arithmetic{held->precision, inputs.front().device()};
      return held->part(inputs);
    }();
    variable_list found = torch::autograd::grad({output}, inputs, gradients, /*retain_graph=*/c10::nullopt,
                                                /*create_graph=*/false, /*allow_unused=*/true);
    found.insert(found.begin(), at::Tensor{});  // the part itself has none
    return found;
  }
};

}  // namespace

at::Tensor recomputed(NetworkPart part, const std::vector<at::Tensor>& inputs) {
  auto held = c10::make_intrusive<Held>();
  held->part = std::move(part);
  held->precision = autocast_precision(inputs.front().device());
  return Recomputed::apply(held, at::TensorList{inputs});
}

}  // namespace veery::separation
