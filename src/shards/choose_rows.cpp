#include <algorithm>
#include <iterator>
#include <queue>
#include <utility>

#include <veery/shards/choose_rows.hpp>

namespace veery {
namespace {

std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

}  // namespace

std::vector<std::int64_t> choose_rows(std::int64_t rows, std::int64_t count, std::uint64_t seed) {
  constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;
  std::priority_queue<std::pair<std::uint64_t, std::int64_t>> smallest;
  for (std::int64_t row = 0; row < rows; ++row) {
    smallest.emplace(mixed(mixed(seed) + kStep * (static_cast<std::uint64_t>(row) + 1)), row);
    if (std::ssize(smallest) > count) smallest.pop();
  }
  std::vector<std::int64_t> chosen;
  for (; !smallest.empty(); smallest.pop()) chosen.push_back(smallest.top().second);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace veery
