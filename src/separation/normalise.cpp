#include "separation/normalise.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace veery::separation {
namespace {

struct Moments {
  at::Tensor mean;
  at::Tensor variance;
};

Moments moments(const at::Tensor& values, at::IntArrayRef axes) {
  const at::Tensor mean = values.mean(axes, /*keepdim=*/true);
  // Not the mean square minus the squared mean: that loses digits.
  const at::Tensor centred = values - mean;
  return {mean, (centred * centred).mean(axes, /*keepdim=*/true)};
}

/// The moments of all frames from those of each tile.
Moments pooled_moments(const FrameTiles& tiles, at::IntArrayRef axes) {
  FrameTiles means(tiles.size());
  FrameTiles variances(tiles.size());
  std::vector<double> frames(tiles.size());
  for_each_tile(tiles, [&](std::size_t number) {
    const Moments of_tile = moments(tiles[number], axes);
    means[number] = of_tile.mean;
    variances[number] = of_tile.variance;
    frames[number] = static_cast<double>(tiles[number].size(1));
  });
  const at::Tensor counts = at::tensor(frames, at::kDouble).unsqueeze(1);
  const at::Tensor shares = (counts / counts.sum()).to(tiles.front().options());
  const at::Tensor all_means = join_frames(means);
  const at::Tensor mean = (all_means * shares).sum(1, /*keepdim=*/true);
  const at::Tensor apart = all_means - mean;
  return {mean, ((join_frames(variances) + apart * apart) * shares).sum(1, /*keepdim=*/true)};
}

at::Tensor apply(const Moments& moments, const at::Tensor& values, const at::Tensor& gamma, const at::Tensor& beta) {
  constexpr double kEpsilon = 1e-3;  // Keras's default, not PyTorch's
  const at::Tensor scale = at::rsqrt(moments.variance + kEpsilon) * gamma;
  return at::addcmul(beta - moments.mean * scale, values, scale);
}

}  // namespace

FrameTiles normalise(FrameTiles values, NormAxes axes, const at::Tensor& gamma, const at::Tensor& beta) {
  Moments all;
  if (axes == NormAxes::frames) all = pooled_moments(values, {1});
  if (axes == NormAxes::frames_and_channels) all = pooled_moments(values, {1, 2});
  for_each_tile(values, [&](std::size_t number) {
    const Moments own = axes == NormAxes::channels ? moments(values[number], {2}) : all;
    values[number] = apply(own, values[number], gamma, beta);
  });
  return values;
}

}  // namespace veery::separation
