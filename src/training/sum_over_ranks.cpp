#include <veery/training/sum_over_ranks.hpp>

namespace veery {

std::span<float> values_of(const at::Tensor& values) {
  return {values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel())};
}

}  // namespace veery
