#include "separation/fused_block.hpp"

#include "separation/block_kernels.hpp"
#include "separation/block_tiling.hpp"

namespace veery::separation {
namespace {

/// Memory for `sizes`, the old one if it fits.
void make_room(at::Tensor& tensor, at::IntArrayRef sizes, const at::Tensor& like) {
  if (!tensor.defined() || tensor.sizes() != sizes) tensor = at::empty(sizes, like.options());
}

/// A normalisation as activated · scale + shift, [example, channel] each.
struct Affine {
  at::Tensor scale;
  at::Tensor shift;
};

Affine affine(const at::Tensor& mean, const at::Tensor& rate, const at::Tensor& gamma, const at::Tensor& beta) {
  const at::Tensor scale = rate * gamma;
  return {scale, beta - mean * scale};
}

/// [example, 4, channel]: what a frame's convolution has besides products, by the neighbours that exist.
at::Tensor convolution_bases(const BlockWeights& weights, const at::Tensor& shift) {
  const at::Tensor shifts = weights.taps * shift.unsqueeze(1);
  const at::Tensor alone = weights.bias + shifts.select(1, 1);
  const at::Tensor before = alone + shifts.select(1, 0);
  const at::Tensor after = shifts.select(1, 2);
  return at::stack({alone, before, alone + after, before + after}, 1);
}

}  // namespace

at::Tensor run_block(const BlockWeights& weights, const at::Tensor& values, std::int64_t dilation, BlockTrace& trace) {
  const std::int64_t channels = weights.expand.size(1);
  const Tiling tiling{values, channels};
  const auto slope1 = weights.prelu1.item<float>();
  const auto slope2 = weights.prelu2.item<float>();
  make_room(trace.expanded, {values.size(0), values.size(1), channels}, values);
  make_room(trace.convolved, trace.expanded.sizes(), values);
  at::Tensor means = at::empty({tiling.tiles(), channels}, values.options());
  at::Tensor variances = at::empty_like(means);

  tiling.for_each([&](std::int64_t tile, std::int64_t example, const Rows& rows) {
    at::Tensor expanded = rows_in(trace.expanded, example, rows);
    at::mm_out(expanded, rows_in(values, example, rows), weights.expand);
    activated_moments(rows, expanded.const_data_ptr<float>(), slope1, write(means, tile), write(variances, tile));
  });
  tiling.pool(means, variances, trace.mean1, trace.rate1);

  const Affine norm1 = affine(trace.mean1, trace.rate1, weights.gamma1, weights.beta1);
  const at::Tensor taps = weights.taps * norm1.scale.unsqueeze(1);
  const at::Tensor bases = convolution_bases(weights, norm1.shift);
  tiling.for_each([&](std::int64_t tile, std::int64_t example, const Rows& rows) {
    convolve_activated(rows, read(trace.expanded, example), slope1, dilation, read(taps, example), read(bases, example),
                       write(trace.convolved, example));
    activated_moments(rows, rows_in(trace.convolved, example, rows).const_data_ptr<float>(), slope2, write(means, tile),
                      write(variances, tile));
  });
  tiling.pool(means, variances, trace.mean2, trace.rate2);

  const Affine norm2 = affine(trace.mean2, trace.rate2, weights.gamma2, weights.beta2);
  at::Tensor output = at::empty_like(values);
  tiling.for_each([&](std::int64_t, std::int64_t example, const Rows& rows) {
    at::Tensor normalised = at::empty({rows.count, channels}, values.options());
    scale_activated(rows, rows_in(trace.convolved, example, rows).const_data_ptr<float>(), slope2,
                    read(norm2.scale, example), read(norm2.shift, example), normalised.mutable_data_ptr<float>());
    at::Tensor sum = rows_in(output, example, rows);
    at::addmm_out(sum, rows_in(values, example, rows), normalised, weights.contract);
  });
  return output;
}

}  // namespace veery::separation
