#pragma once
// veery's own network, from a model file.
#include <veery/separation/model_file.hpp>
#include <veery/separation/separation_model.hpp>

namespace veery::separation {

class TdcnModel final : public SeparationModel {
 public:
  /// Throws Error, UsageError for a rate that is not the file's.
  TdcnModel(const std::filesystem::path& path, const LoadOptions& options);

  [[nodiscard]] const ModelInfo& info() const override { return info_; }
  [[nodiscard]] const ComputeDevice& device() const override { return options_.device; }
  [[nodiscard]] at::Tensor separate(const at::Tensor& mixtures) const override;

 private:
  LoadOptions options_;
  TdcnConfig config_;
  Weights weights_;  ///< on the device
  ModelInfo info_;
};

}  // namespace veery::separation
