#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

#include <veery/base/error.hpp>
#include <veery/separation/autocast.hpp>

namespace veery::separation {

void prepare_precision(Precision precision, const ComputeDevice& device) {
  if (device.is_cpu()) {
    if (precision != Precision::float16) return;
    throw UsageError{"a CPU has no fp16 arithmetic", "precision fp16", "use bf16 or float32"};
  }
  using at::Float32Op;
  const auto wanted = precision == Precision::tf32 ? at::Float32Precision::TF32 : at::Float32Precision::IEEE;
  for (const Float32Op op : {Float32Op::MATMUL, Float32Op::CONV, Float32Op::RNN}) {
    at::globalContext().setFloat32Precision(at::Float32Backend::CUDA, op, wanted);
  }
}

Autocast::Autocast(Precision precision, const at::Device& device)
    : device_(device.type()),
      is_on_(precision == Precision::bfloat16 || precision == Precision::float16),
      was_on_(at::autocast::is_autocast_enabled(device_)),
      type_before_(static_cast<int>(at::autocast::get_autocast_dtype(device_))) {
  if (!is_on_) return;
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, precision == Precision::bfloat16 ? at::kBFloat16 : at::kHalf);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (!is_on_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_dtype(device_, static_cast<at::ScalarType>(type_before_));
  at::autocast::set_autocast_enabled(device_, was_on_);
}

}  // namespace veery::separation
