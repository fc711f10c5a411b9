#include "peaks/sliding_quantile.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace veery {
namespace {

constexpr std::size_t kWordsPerBlock = 64;
constexpr std::size_t kBitsPerWord = 64;

}  // namespace

SlidingQuantile::SlidingQuantile(std::span<const double> signal)
    : signal_(signal), by_rank_(signal.size()), rank_(signal.size()) {
  std::iota(by_rank_.begin(), by_rank_.end(), 0);
  const auto value = [&](std::int32_t position) { return signal[static_cast<std::size_t>(position)]; };
  std::sort(by_rank_.begin(), by_rank_.end(),
            [&](std::int32_t a, std::int32_t b) { return value(a) != value(b) ? value(a) < value(b) : a < b; });
  for (std::size_t r = 0; r < by_rank_.size(); ++r)
    rank_[static_cast<std::size_t>(by_rank_[r])] = static_cast<std::int32_t>(r);
  present_.assign(signal.size() / kBitsPerWord + 1, 0);
  block_counts_.assign(present_.size() / kWordsPerBlock + 1, 0);
}

void SlidingQuantile::insert(std::int64_t position) {
  const auto rank = static_cast<std::size_t>(rank_[static_cast<std::size_t>(position)]);
  present_[rank / kBitsPerWord] |= std::uint64_t{1} << (rank % kBitsPerWord);
  ++block_counts_[rank / (kBitsPerWord * kWordsPerBlock)];
}

void SlidingQuantile::remove(std::int64_t position) {
  const auto rank = static_cast<std::size_t>(rank_[static_cast<std::size_t>(position)]);
  present_[rank / kBitsPerWord] &= ~(std::uint64_t{1} << (rank % kBitsPerWord));
  --block_counts_[rank / (kBitsPerWord * kWordsPerBlock)];
}

void SlidingQuantile::move_to(std::int64_t begin, std::int64_t end) {
  for (; end_ < end; ++end_) insert(end_);
  for (; begin_ < begin; ++begin_) remove(begin_);
}

double SlidingQuantile::value_at(std::int64_t order) const {
  std::size_t block = 0;
  while (order >= block_counts_[block]) order -= block_counts_[block++];
  std::size_t word = block * kWordsPerBlock;
  while (order >= std::popcount(present_[word])) order -= std::popcount(present_[word++]);
  std::uint64_t bits = present_[word];
  for (; order > 0; --order) bits &= bits - 1;
  const std::size_t rank = word * kBitsPerWord + static_cast<std::size_t>(std::countr_zero(bits));
  return signal_[static_cast<std::size_t>(by_rank_[rank])];
}

double SlidingQuantile::quantile(double fraction) const {
  const double place = fraction * static_cast<double>(end_ - begin_ - 1);
  const auto below = static_cast<std::int64_t>(std::floor(place));
  const double part = place - static_cast<double>(below);
  if (part == 0.0) return value_at(below);
  return value_at(below) * (static_cast<double>(below + 1) - place) + value_at(below + 1) * part;
}

}  // namespace veery
