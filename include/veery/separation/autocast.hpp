#pragma once
// Switches LibTorch to the arithmetic that was asked for.
#include <veery/separation/device.hpp>
#include <veery/separation/precision.hpp>

namespace veery::separation {

/// Throws UsageError for what the device lacks. On a GPU sets TF32, for the whole process.
void prepare_precision(Precision precision, const ComputeDevice& device);

/// While it lives, this thread's matrix products on the device are in bfloat16 or float16, if that is asked for.
class Autocast {
 public:
  Autocast(Precision precision, const at::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool is_on_;
  bool was_on_;
  int type_before_;  ///< an at::ScalarType
};

}  // namespace veery::separation
