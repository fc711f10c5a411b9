#pragma once
// An index as a large archive has it, without the archive.
#include <veery/archive/archive_index.hpp>

namespace veery::test {

/// Every `size`-th of `count` files from `rank` on: recordings of 6 s to 600 s, a minute in the mean, from 20 sites;
/// one in a thousand is refused. Not sorted.
[[nodiscard]] ArchiveIndex synthetic_share(std::size_t count, std::size_t rank = 0, std::size_t size = 1);

}  // namespace veery::test
