#pragma once
// A network ready to run: veery's own (a model file) or a TorchScript module, behind one call.
#include <ATen/core/ATen_fwd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <veery/separation/device.hpp>
#include <veery/separation/precision.hpp>

namespace veery {

struct ModelInfo {
  std::string name;        ///< file name without folders
  int sample_rate_hz = 0;  ///< 0: a TorchScript module that does not tell
  std::int64_t sources = 0;
  std::string digest;  ///< SHA-256: of settings and weights (own models), of the file (TorchScript)
  /// Settings, size and provenance, in words, in a fixed order.
  std::vector<std::pair<std::string, std::string>> description;
};

struct LoadOptions {
  ComputeDevice device;
  /// TF32 is a setting of the whole process: the model loaded last decides.
  Precision precision = Precision::float32;
  /// What a TorchScript module without an int attribute `sample_rate` needs; must agree where the file tells.
  std::optional<int> sample_rate_hz;
};

class SeparationModel {
 public:
  virtual ~SeparationModel() = default;
  SeparationModel() = default;
  SeparationModel(const SeparationModel&) = delete;
  SeparationModel& operator=(const SeparationModel&) = delete;

  [[nodiscard]] virtual const ModelInfo& info() const = 0;
  [[nodiscard]] virtual const ComputeDevice& device() const = 0;

  /// Stems [batch, source, sample] of mixtures [batch, sample], both float32 on the model's device. Throws
  /// c10::OutOfMemoryError (GPU), and Error when a TorchScript module fails or gives another shape. Holds a
  /// c10::InferenceMode of its own. Thread-safe.
  [[nodiscard]] virtual at::Tensor separate(const at::Tensor& mixtures) const = 0;
};

/// A model file (HDF5, as `veery model import` makes them) or a TorchScript archive, told apart by their bytes.
/// Only the latter holds code, which LibTorch's interpreter runs. Throws Error, UsageError for a rate that is
/// missing or contradicts the file, and for a precision that model or device lacks.
[[nodiscard]] std::unique_ptr<SeparationModel> load_model(const std::filesystem::path& path,
                                                          const LoadOptions& options);

/// Whether the file is an archive as TorchScript writes them. Throws Error when it can't be read.
[[nodiscard]] bool is_torchscript(const std::filesystem::path& path);

/// Loads the model on the CPU, which checks it, and says what it is. Throws Error.
[[nodiscard]] ModelInfo read_model_info(const std::filesystem::path& path);

}  // namespace veery
