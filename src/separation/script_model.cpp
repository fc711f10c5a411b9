#include "separation/script_model.hpp"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cmath>
#include <sstream>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/separation/autocast.hpp>

#include "separation/first_line.hpp"

namespace veery::separation {
namespace {

constexpr double kHighestRateHz = 2e6;
constexpr std::int64_t kProbeSamples = 16000;  // where the rate is unknown

std::string text_of(at::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

torch::jit::Module load(const std::filesystem::path& path, const ComputeDevice& device) {
  try {
    torch::jit::Module module = torch::jit::load(path.string(), device.device);
    module.eval();
    if (module.find_method("forward")) return module;
  } catch (const c10::OutOfMemoryError&) {
    throw;
  } catch (const std::exception& error) {
    throw Error{"can't load the TorchScript module", path.string(), first_line(error.what())};
  }
  throw Error{"can't load the TorchScript module", path.string(), "it has no method forward"};
}

/// What the module says of its rate: a whole number under one of two names.
std::optional<int> told_rate(const torch::jit::Module& module, const std::filesystem::path& path) {
  for (const char* name : {"sample_rate", "sample_rate_hz"}) {
    if (!module.hasattr(name)) continue;
    const c10::IValue value = module.attr(name);
    const double rate = value.isScalar() ? value.toScalar().toDouble() : 0.0;
    if (rate >= 1 && rate <= kHighestRateHz && std::floor(rate) == rate) return static_cast<int>(rate);
    throw Error{"the TorchScript module's " + std::string{name} + " is no rate in Hz", path.string()};
  }
  return std::nullopt;
}

std::optional<int> agreed_rate(const std::optional<int>& told, const std::optional<int>& given,
                               const std::filesystem::path& path) {
  if (told && given && *told != *given) {
    throw UsageError{"the separation model is for " + std::to_string(*told) + " Hz", path.string(),
                     "leave out the " + std::to_string(*given) + " Hz given for it"};
  }
  if (given && *given < 1) throw UsageError{"no such rate", std::to_string(*given) + " Hz"};
  return told ? told : given;
}

class ScriptModel final : public SeparationModel {
 public:
  ScriptModel(const std::filesystem::path& path, const LoadOptions& options, bool needs_rate)
      : path_(path),
        device_(options.device),
        module_(load(path, options.device)),
        forward_(module_.get_method("forward")) {
    const std::optional<int> told = told_rate(module_, path);
    const std::optional<int> rate = agreed_rate(told, options.sample_rate_hz, path);
    if (needs_rate && !rate) {
      throw UsageError{"the TorchScript module does not tell its sample rate", path.string(),
                       "give it, or save the module with an int attribute sample_rate"};
    }
    info_.name = path.filename().string();
    info_.sample_rate_hz = rate.value_or(0);
    info_.sources = count_sources();
    info_.digest = digest_file(path).sha256;
    info_.description = {{"kind", "TorchScript module"},
                         {"sample_rate_hz", told ? std::to_string(*told) : "not told by the file"},
                         {"sources", std::to_string(info_.sources)},
                         {"parameters", std::to_string(count_parameters())}};
  }

  [[nodiscard]] const ModelInfo& info() const override { return info_; }
  [[nodiscard]] const ComputeDevice& device() const override { return device_; }

  [[nodiscard]] at::Tensor separate(const at::Tensor& mixtures) const override {
    at::Tensor stems = run(mixtures);
    const std::vector<std::int64_t> wanted{mixtures.size(0), info_.sources, mixtures.size(1)};
    if (stems.sizes() != at::IntArrayRef{wanted})
      refuse("it gives " + text_of(stems.sizes()) + " where " + text_of(wanted) + " [batch, sources, samples] belongs");
    return stems;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error{"the TorchScript module can't be used", path_.string(), why};
  }

  /// Without LibTorch's optimiser, which rewrites the code after a few calls: equal input, equal output.
  [[nodiscard]] at::Tensor run(const at::Tensor& mixtures) const {
    const c10::InferenceMode no_gradients;
    const torch::jit::GraphOptimizerEnabledGuard as_written{false};
    c10::IValue result;
    try {
      result = forward_({mixtures});
    } catch (const c10::OutOfMemoryError&) {
      throw;
    } catch (const std::exception& error) {
      // The interpreter forgets the type of what it was thrown.
      const std::string why = reason_of_script(error.what());
      TORCH_CHECK_WITH(OutOfMemoryError, why.find("out of memory") == std::string::npos, why);
      refuse(why);
    }
    if (!result.isTensor() || !result.toTensor().is_floating_point()) refuse("it gives no tensor of floating point");
    return result.toTensor().to(at::kFloat);
  }

  /// No description says it, so a second of silence is separated.
  [[nodiscard]] std::int64_t count_sources() const {
    const std::int64_t samples = info_.sample_rate_hz > 0 ? info_.sample_rate_hz : kProbeSamples;
    const at::Tensor stems = run(at::zeros({1, samples}, at::TensorOptions{}.device(device_.device)));
    if (stems.dim() != 3 || stems.size(0) != 1 || stems.size(1) < 1 || stems.size(2) != samples) {
      refuse("of [1, " + std::to_string(samples) + "] it makes " + text_of(stems.sizes()) + ", not [1, sources, " +
             std::to_string(samples) + "]");
    }
    return stems.size(1);
  }

  [[nodiscard]] std::int64_t count_parameters() const {
    std::int64_t count = 0;
    for (const at::Tensor& parameter : module_.parameters()) count += parameter.numel();
    return count;
  }

  std::filesystem::path path_;
  ComputeDevice device_;
  torch::jit::Module module_;
  torch::jit::Method forward_;
  ModelInfo info_;
};

}  // namespace

std::unique_ptr<SeparationModel> load_script_model(const std::filesystem::path& path, const LoadOptions& options,
                                                   bool needs_rate) {
  if (options.precision == Precision::bfloat16 || options.precision == Precision::float16) {
    throw UsageError{"a TorchScript module has the precision that it was made with", path.string(),
                     "use float32 or tf32"};
  }
  prepare_precision(options.precision, options.device);
  return std::make_unique<ScriptModel>(path, options, needs_rate);
}

}  // namespace veery::separation
