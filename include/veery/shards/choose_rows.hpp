#pragma once
// Rows chosen at random, the same ones for the same seed everywhere.
#include <cstdint>
#include <vector>

namespace veery {

/// `count` different numbers from 0 to `rows` - 1, ascending, or all of them where there are not more. Those whose hash
/// with the seed is smallest (SplitMix64, Steele et al., OOPSLA 2014): a larger count keeps what a smaller one chose.
[[nodiscard]] std::vector<std::int64_t> choose_rows(std::int64_t rows, std::int64_t count, std::uint64_t seed);

}  // namespace veery
