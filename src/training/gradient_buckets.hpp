#pragma once
// The gradients of all weights, laid out to be added up over ranks while the backward pass goes on.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <veery/separation/tdcn.hpp>
#include <veery/training/sum_over_ranks.hpp>

namespace veery::training {

/// Buckets of some hundred thousand floats where the sum wants them, those of the network's last layers first, since
/// their gradients are there first. A bucket's sum begins when it is complete and those before it have begun: so the
/// order is the same on all ranks.
class GradientBuckets {
 public:
  static constexpr std::int64_t kFloats = std::int64_t{1} << 18;  ///< a megabyte

  /// `at`: where the buckets lie.
  GradientBuckets(const Weights& weights, at::Device at, std::int64_t floats_of_bucket = kFloats);

  /// For the next step: all zero, none complete.
  void clear();
  /// Of a part of the batch.
  void add(const std::string& name, const at::Tensor& gradient);
  /// Of the last part: after this the weight's gradient is complete.
  void complete(const std::string& name, const at::Tensor& gradient, SumOverRanks& sum);
  /// Begins the sums of all others.
  void begin_rest(SumOverRanks& sum);
  /// On the device of the weights; after the sums have finished.
  [[nodiscard]] Weights gradients() const;

  [[nodiscard]] std::size_t buckets() const { return buckets_.size(); }
  /// Whether a sum of this step has begun: from then on the other ranks count on the rest.
  [[nodiscard]] bool has_begun() const { return begun_ > 0; }

 private:
  struct Place {
    std::size_t bucket;
    at::Tensor values;  ///< a view into the bucket, flat
    std::vector<std::int64_t> shape;
  };
  struct Bucket {
    at::Tensor values;
    std::size_t weights = 0;
    std::size_t missing = 0;
  };
  void begin_next(SumOverRanks& sum);

  std::vector<Bucket> buckets_;
  std::map<std::string, Place> places_;
  std::size_t begun_ = 0;
  at::Device at_;
  at::Device of_weights_;
};

}  // namespace veery::training
