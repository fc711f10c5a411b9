#include "training/gradient_buckets.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace veery::training {
namespace {

/// How late a weight is used: block_12.… after block_3.…, skips with the block that they end in, masks and decoders
/// last. Passes of a network with several count from the first.
std::int64_t depth_of(std::string_view name) {
  constexpr std::int64_t kPass = 1'000'000;
  const auto number_after = [&](std::string_view marker) {
    std::int64_t number = -1;
    const std::size_t found = name.rfind(marker);
    if (found != std::string_view::npos)
      std::from_chars(name.data() + found + marker.size(), name.data() + name.size(), number);
    return number;
  };
  const std::int64_t pass = number_after("pass_");
  const std::int64_t depth = pass >= 0 ? pass * kPass : 1000 * kPass;
  for (const char* const marker : {"block_", "_to_"})
    if (const std::int64_t number = number_after(marker); number >= 0) return depth + 1 + number;
  const auto is_in = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  return depth + (is_in("encoder") || is_in("features") || is_in("input") ? 0 : kPass - 1);
}

}  // namespace

GradientBuckets::GradientBuckets(const Weights& weights, at::Device at, std::int64_t floats_of_bucket)
    : at_(at), of_weights_(weights.begin()->second.device()) {
  std::vector<std::string> names;
  names.reserve(weights.size());
  for (const auto& [name, weight] : weights) names.push_back(name);
  std::stable_sort(names.begin(), names.end(),
                   [](const std::string& one, const std::string& other) { return depth_of(one) > depth_of(other); });
  std::int64_t floats = floats_of_bucket;  // of a bucket before the first: full
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> offsets;
  for (const std::string& name : names) {
    if (floats >= floats_of_bucket) {
      buckets_.emplace_back();
      sizes.push_back(0);
      floats = 0;
    }
    const std::int64_t count = weights.at(name).numel();
    offsets.push_back(floats);
    places_[name] = {buckets_.size() - 1, {}, weights.at(name).sizes().vec()};
    ++buckets_.back().weights;
    floats += count;
    sizes.back() = floats;
  }
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    buckets_[i].values = at::zeros({sizes[i]}, at::TensorOptions{}.dtype(at::kFloat).device(at_));
  for (std::size_t i = 0; i < names.size(); ++i) {
    Place& place = places_.at(names[i]);
    place.values = buckets_[place.bucket].values.narrow(0, offsets[i], weights.at(names[i]).numel());
  }
  clear();
}

void GradientBuckets::clear() {
  begun_ = 0;
  for (Bucket& bucket : buckets_) {
    bucket.values.zero_();
    bucket.missing = bucket.weights;
  }
}

void GradientBuckets::add(const std::string& name, const at::Tensor& gradient) {
  places_.at(name).values.add_(gradient.reshape({-1}).to(at_));
}

void GradientBuckets::complete(const std::string& name, const at::Tensor& gradient, SumOverRanks& sum) {
  add(name, gradient);
  --buckets_[places_.at(name).bucket].missing;
  while (begun_ < buckets_.size() && buckets_[begun_].missing == 0) begin_next(sum);
  sum.advance();
}

void GradientBuckets::begin_next(SumOverRanks& sum) {
  const at::Tensor& values = buckets_[begun_].values;
  ++begun_;
  sum.begin(values);
}

void GradientBuckets::begin_rest(SumOverRanks& sum) {
  while (begun_ < buckets_.size()) begin_next(sum);
}

Weights GradientBuckets::gradients() const {
  Weights gradients;
  for (const auto& [name, place] : places_) gradients[name] = place.values.view(place.shape).to(of_weights_);
  return gradients;
}

}  // namespace veery::training
