#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <veery/base/error.hpp>
#include <veery/training/comparison.hpp>
#include <veery/training/metrics.hpp>
#include <veery/training/spectral_gate.hpp>

namespace veery {
namespace {

/// [count, sample], a copy.
at::Tensor tensor_of(std::span<const float> waveforms, std::int64_t count) {
  const auto samples = static_cast<std::int64_t>(waveforms.size()) / count;
  at::Tensor tensor = at::empty({count, samples}, at::kFloat);
  std::copy(waveforms.begin(), waveforms.end(), tensor.mutable_data_ptr<float>());
  return tensor;
}

/// Stems [1, stem, sample] of a mixture [1, sample].
at::Tensor separated(const SeparationModel& model, const at::Tensor& mixture) {
  at::Tensor stems = model.separate(mixture.to(model.device().device)).to(at::kCPU).clone();
  if (!at::isfinite(stems).all().item<bool>())
    throw Error{"the model gives NaN or infinity", model.info().name, "separate such examples by hand to see why"};
  return stems;
}

}  // namespace

SourceComparison compare_on_sources(const SeparationModel& model, std::span<const float> sources, std::int64_t count) {
  const at::Tensor references = tensor_of(sources, count);
  const at::Tensor mixture = references.sum(0, /*keepdim=*/true);
  return {score_example(references, separated(model, mixture)[0]),
          score_example(references, spectral_gate(mixture, model.info().sample_rate_hz)[0])};
}

MixtureComparison compare_on_mixture(const SeparationModel& model, std::span<const float> recordings,
                                     std::int64_t count) {
  const at::Tensor references = tensor_of(recordings, count).unsqueeze(0);
  const at::Tensor mixture = references.sum(1);
  const auto improvement = [&](const at::Tensor& stems) {
    return mixture_improvement(references, stems, mixture).item<double>();
  };
  return {improvement(separated(model, mixture)), improvement(spectral_gate(mixture, model.info().sample_rate_hz))};
}

}  // namespace veery
