#include "separation/block_kernels.hpp"
#include "separation/block_tiling.hpp"
#include "separation/fused_block.hpp"

namespace veery::separation {
namespace {

/// Where a normalisation's moments come into the gradient of what it is given: offset + factor · activated.
struct MomentGradient {
  at::Tensor offset;
  at::Tensor factor;
};

/// What the passes hand to one another, latest part of the block first.
class Backward {
 public:
  Backward(const BlockWeights& weights, const at::Tensor& values, std::int64_t dilation, const BlockTrace& trace,
           const at::Tensor& gradient)
      : weights_(weights),
        values_(values),
        dilation_(dilation),
        trace_(trace),
        gradient_(gradient),
        channels_(weights.expand.size(1)),
        width_(weights.expand.size(0)),
        tiling_(values, channels_),
        slope1_(weights.prelu1.item<float>()),
        slope2_(weights.prelu2.item<float>()) {}

  [[nodiscard]] BlockGradients run() && {
    contract();
    convolve();
    expand();
    return std::move(found_);
  }

 private:
  /// The second product and the second normalisation, whose sums over frames follow from those of the product.
  void contract() {
    at::Tensor products = at::empty({tiling_.tiles(), channels_, width_}, values_.options());
    at::Tensor sums = at::empty({tiling_.tiles(), width_}, values_.options());
    const at::Tensor centre = -trace_.mean2 * trace_.rate2;
    tiling_.for_each([&](std::int64_t tile, std::int64_t example, const Rows& rows) {
      at::Tensor normalised = at::empty({rows.count, channels_}, values_.options());
      scale_activated(rows, rows_in(trace_.convolved, example, rows).const_data_ptr<float>(), slope2_,
                      read(trace_.rate2, example), read(centre, example), normalised.mutable_data_ptr<float>());
      const at::Tensor change = rows_in(gradient_, example, rows);
      at::Tensor product = products.select(0, tile);
      at::mm_out(product, normalised.t(), change);
      at::Tensor sum = sums.select(0, tile);
      at::sum_out(sum, change, 0);
    });
    products = tiling_.sum_up(products);
    sums = tiling_.sum_up(sums);
    found_.weights.contract = weights_.gamma2 * products.sum(0) + weights_.beta2 * sums.sum(0);
    of_gamma_ = (products * weights_.contract).sum(2);
    of_beta_ = at::matmul(sums, weights_.contract.t());
    found_.weights.gamma2 = of_gamma_.sum();
    found_.weights.beta2 = of_beta_.sum();
  }

  /// From there through the second PReLU, and the convolution's own gradients.
  void convolve() {
    const at::Tensor scale = trace_.rate2 * weights_.gamma2;
    const at::Tensor back = weights_.contract.t() * scale.unsqueeze(1);
    const MomentGradient moments = through_moments(trace_.mean2, trace_.rate2, scale);
    changes_ = at::empty_like(trace_.convolved);
    at::Tensor slopes = at::zeros({tiling_.tiles(), channels_}, values_.options());
    at::Tensor sums = at::zeros({tiling_.tiles(), 3, channels_}, values_.options());
    at::Tensor products = at::zeros_like(sums);
    tiling_.for_each([&](std::int64_t tile, std::int64_t example, const Rows& rows) {
      at::Tensor change = rows_in(changes_, example, rows);
      at::mm_out(change, rows_in(gradient_, example, rows), back.select(0, example));
      activation_gradient(rows, rows_in(trace_.convolved, example, rows).const_data_ptr<float>(), slope2_,
                          read(moments.offset, example), read(moments.factor, example),
                          change.mutable_data_ptr<float>(), write(slopes, tile));
      tap_gradients(rows, read(changes_, example), read(trace_.expanded, example), slope1_, read(trace_.mean1, example),
                    dilation_, write(sums, tile), write(products, tile));
    });
    sums = tiling_.sum_up(sums);
    products = tiling_.sum_up(products) * trace_.rate1.unsqueeze(1);
    found_.weights.prelu2 = slopes.sum().view_as(weights_.prelu2);
    found_.weights.taps = (weights_.gamma1 * products + weights_.beta1 * sums).sum(0);
    found_.weights.bias = sums.select(1, 1).sum(0);
    of_gamma_ = (weights_.taps * products).sum(1);
    of_beta_ = (weights_.taps * sums).sum(1);
    found_.weights.gamma1 = of_gamma_.sum();
    found_.weights.beta1 = of_beta_.sum();
  }

  /// From there through the convolution, the first PReLU and the first product.
  void expand() {
    const at::Tensor scale = trace_.rate1 * weights_.gamma1;
    const at::Tensor taps = weights_.taps * scale.unsqueeze(1);
    const MomentGradient moments = through_moments(trace_.mean1, trace_.rate1, scale);
    at::Tensor slopes = at::zeros({tiling_.tiles(), channels_}, values_.options());
    at::Tensor products = at::empty({tiling_.tiles(), width_, channels_}, values_.options());
    found_.values = at::empty_like(values_);
    tiling_.for_each([&](std::int64_t tile, std::int64_t example, const Rows& rows) {
      at::Tensor change = at::empty({rows.count, channels_}, values_.options());
      spread_gradient(rows, read(changes_, example), dilation_, read(taps, example), change.mutable_data_ptr<float>());
      activation_gradient(rows, rows_in(trace_.expanded, example, rows).const_data_ptr<float>(), slope1_,
                          read(moments.offset, example), read(moments.factor, example),
                          change.mutable_data_ptr<float>(), write(slopes, tile));
      at::Tensor product = products.select(0, tile);
      at::mm_out(product, rows_in(values_, example, rows).t(), change);
      at::Tensor sum = rows_in(found_.values, example, rows);
      at::addmm_out(sum, rows_in(gradient_, example, rows), change, weights_.expand.t());
    });
    found_.weights.prelu1 = slopes.sum().view_as(weights_.prelu1);
    found_.weights.expand = products.sum(0);
  }

  /// By the gradients of gamma and beta of each example.
  [[nodiscard]] MomentGradient through_moments(const at::Tensor& mean, const at::Tensor& rate,
                                               const at::Tensor& scale) const {
    const at::Tensor share = scale / static_cast<double>(values_.size(1));
    const at::Tensor factor = -rate * share * of_gamma_;
    return {-share * of_beta_ - factor * mean, factor};
  }

  const BlockWeights& weights_;
  const at::Tensor& values_;
  std::int64_t dilation_;
  const BlockTrace& trace_;
  const at::Tensor& gradient_;
  std::int64_t channels_;
  std::int64_t width_;
  Tiling tiling_;
  float slope1_;
  float slope2_;
  BlockGradients found_;
  at::Tensor changes_;   ///< the gradient of the convolution's results
  at::Tensor of_gamma_;  ///< of the normalisation met last, [example, channel]
  at::Tensor of_beta_;
};

}  // namespace

BlockGradients block_gradients(const BlockWeights& weights, const at::Tensor& values, std::int64_t dilation,
                               const BlockTrace& trace, const at::Tensor& gradient) {
  return Backward{weights, values, dilation, trace, gradient}.run();
}

}  // namespace veery::separation
