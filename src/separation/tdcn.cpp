#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <veery/base/error.hpp>
#include <veery/separation/tdcn.hpp>

#include "separation/consistency.hpp"
#include "separation/front_end.hpp"
#include "separation/layer.hpp"
#include "separation/tdcn_core.hpp"

namespace veery {
namespace separation {

at::Tensor power_shares(const at::Tensor& stems, double floor) {
  const at::Tensor power = (stems * stems).mean(-1) + floor;
  // Without a floor silence would be shared out as 0 / 0.
  return power / power.sum(1, /*keepdim=*/true).clamp_min(1e-30);
}

at::Tensor share_out(const at::Tensor& stems, const at::Tensor& mixture, const at::Tensor& shares) {
  const at::Tensor lacking = mixture - stems.sum(1);
  return at::addcmul(stems, shares.unsqueeze(-1), lacking.unsqueeze(1));
}

namespace {

at::Tensor make_consistent(const TdcnConfig& config, const Layer& weights, const at::Tensor& stems,
                           const at::Tensor& mixture, const at::Tensor& core, const Observer& observe) {
  switch (config.consistency) {
    case Consistency::none:
      return stems;
    case Consistency::uniform:
      return share_out(stems, mixture,
                       at::full({1, config.sources}, 1.0 / static_cast<double>(config.sources), stems.options()));
    case Consistency::magsq:
      return share_out(stems, mixture, power_shares(stems, config.magsq_floor));
    case Consistency::pred_source:
      break;
  }
  const at::Tensor scores = at::matmul(core.mean(1), weights["mix_weights.kernel"]).to(stems.scalar_type());
  const at::Tensor shares = at::softmax(scores, 1);
  if (observe) observe("mix_weights", shares);
  return share_out(stems, mixture, shares);
}

/// Frames of stems [batch, frame, source, window]. Masks are the largest of all activations: none is kept for long.
at::Tensor apply_masks(const TdcnConfig& config, const Layer& weights, const FrameTiles& core,
                       const FrameTiles& coefficients, const Observer& observe) {
  FrameTiles frames(core.size());
  FrameTiles masks(core.size());
  for_each_tile(core, [&](std::size_t number) {
    const at::Tensor mask = at::sigmoid(at::matmul(core[number], weights["mask.kernel"]))
                                .unflatten(-1, {config.sources, config.coefficients});
    frames[number] = decode(config, weights, mask * coefficients[number].unsqueeze(2));
    if (observe) masks[number] = mask;
  });
  if (observe) observe("mask", join_frames(masks).transpose(1, 2));
  return join_frames(frames);
}

/// One pass over `signals` [batch, signal, sample], whose first is the mixture.
at::Tensor separate_once(const TdcnConfig& config, const Layer& weights, const at::Tensor& signals,
                         const Observer& observe, Activations activations) {
  const Encoded encoded = encode(config, weights, signals, observe);
  const FrameTiles core = run_core(config, weights, encoded.features, observe, activations);
  // From here on as exact as the signals: stems of half precision would not add up to the mixture.
  const at::Tensor frames =
      apply_masks(config, weights, core, cut_frames(encoded.coefficients), observe).to(signals.scalar_type());
  const at::Tensor stems = overlap_frames(config, frames, signals.size(-1));
  if (observe) observe("separated_before_consistency", stems);
  return make_consistent(config, weights, stems, signals.select(1, 0), join_frames(core), observe);
}

}  // namespace
}  // namespace separation

at::Tensor forward(const TdcnConfig& config, const Weights& weights, const at::Tensor& mixture, const Observer& observe,
                   Activations activations) {
  if (mixture.dim() != 2 || mixture.size(0) < 1 || mixture.size(1) < 1) {
    throw Error{"a separation network takes mixtures [batch, sample]",
                "got " + std::to_string(mixture.numel()) + " samples in " + std::to_string(mixture.dim()) + " axes"};
  }
  at::Tensor signals = mixture.unsqueeze(1);
  at::Tensor stems;
  for (std::int64_t pass = 0; pass < config.passes; ++pass) {
    const separation::Layer layer{weights, separation::pass_prefix(config, pass)};
    stems = separation::separate_once(config, layer, signals, observe, activations);
    if (pass + 1 == config.passes) break;
    signals = at::cat({mixture.unsqueeze(1), stems.detach()}, 1);
    if (observe) observe("pass" + std::to_string(pass) + "_output", signals);
  }
  return stems;
}

}  // namespace veery
