#pragma once
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <span>

namespace veery {

/// Adds up values over all ranks, with the same result on each. The trainer needs no more of MPI than this.
class SumOverRanks {
 public:
  virtual ~SumOverRanks() = default;
  /// Where the values have to lie.
  [[nodiscard]] virtual c10::Device device() const { return c10::DeviceType::CPU; }
  /// float32, contiguous; in place, at once or until `finish`; begun in the same order on all ranks. On a GPU by any
  /// thread, one at a time; on the CPU by the caller's.
  virtual void begin(const at::Tensor& values) = 0;
  /// A moment for what was begun to go on.
  virtual void advance() = 0;
  virtual void finish() = 0;
};

/// Of a contiguous float32 tensor on the CPU.
[[nodiscard]] std::span<float> values_of(const at::Tensor& values);

}  // namespace veery
