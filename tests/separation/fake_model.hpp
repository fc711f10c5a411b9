#pragma once
// A model that is a function, for tests of everything around the network.
#include <functional>
#include <utility>

#include <veery/separation/separation_model.hpp>

namespace veery::test {

class FakeModel final : public SeparationModel {
 public:
  using Function = std::function<at::Tensor(const at::Tensor& mixtures)>;

  FakeModel(std::int64_t sources, int sample_rate_hz, Function function) : function_(std::move(function)) {
    info_.name = "fake";
    info_.sample_rate_hz = sample_rate_hz;
    info_.sources = sources;
    info_.digest = "f00d";
  }

  [[nodiscard]] const ModelInfo& info() const override { return info_; }
  [[nodiscard]] const ComputeDevice& device() const override { return device_; }
  [[nodiscard]] at::Tensor separate(const at::Tensor& mixtures) const override { return function_(mixtures); }

 private:
  ModelInfo info_;
  ComputeDevice device_;
  Function function_;
};

}  // namespace veery::test
