#include "separation/normalise.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace veery::separation {
namespace {

Moments moments(const at::Tensor& values, at::IntArrayRef axes) {
  const at::Tensor mean = values.mean(axes, /*keepdim=*/true);
  // Not the mean square minus the squared mean: that loses digits.
  const at::Tensor centred = values - mean;
  return {mean, (centred * centred).mean(axes, /*keepdim=*/true)};
}

Moments moments_of_all(const FrameTiles& tiles, at::IntArrayRef axes) {
  FrameTiles means(tiles.size());
  FrameTiles variances(tiles.size());
  std::vector<double> frames(tiles.size());
  for_each_tile(tiles, [&](std::size_t number) {
    const Moments of_tile = moments(tiles[number], axes);
    means[number] = of_tile.mean;
    variances[number] = of_tile.variance;
    frames[number] = static_cast<double>(tiles[number].size(1));
  });
  return pool_moments(join_frames(means), join_frames(variances), frames);
}

at::Tensor apply(const Moments& moments, const at::Tensor& values, const at::Tensor& gamma, const at::Tensor& beta) {
  const at::Tensor scale = at::rsqrt(moments.variance + kNormEpsilon) * gamma;
  return at::addcmul(beta - moments.mean * scale, values, scale);
}

}  // namespace

Moments pool_moments(const at::Tensor& means, const at::Tensor& variances, const std::vector<double>& frames) {
  const at::Tensor counts = at::tensor(frames, at::kDouble).unsqueeze(1);
  const at::Tensor shares = (counts / counts.sum()).to(means.options());
  const at::Tensor mean = (means * shares).sum(1, /*keepdim=*/true);
  const at::Tensor apart = means - mean;
  return {mean, ((variances + apart * apart) * shares).sum(1, /*keepdim=*/true)};
}

FrameTiles normalise(FrameTiles values, NormAxes axes, const at::Tensor& gamma, const at::Tensor& beta) {
  Moments all;
  if (axes == NormAxes::frames) all = moments_of_all(values, {1});
  if (axes == NormAxes::frames_and_channels) all = moments_of_all(values, {1, 2});
  for_each_tile(values, [&](std::size_t number) {
    const Moments own = axes == NormAxes::channels ? moments(values[number], {2}) : all;
    values[number] = apply(own, values[number], gamma, beta);
  });
  return values;
}

}  // namespace veery::separation
