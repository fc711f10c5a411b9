#include "outputs/stem_spool.hpp"

#include <algorithm>

#include <veery/base/error.hpp>

namespace veery {

StemSpool::StemSpool(const std::filesystem::path& folder, std::size_t sources)
    : file_(FileDescriptor::open_temporary(folder)), blocks_(sources) {
  for (auto& block : blocks_) block.reserve(static_cast<std::size_t>(kBlockSamples));
}

void StemSpool::append(std::span<const std::vector<float>> stems) {
  const std::size_t length = stems.front().size();
  for (std::size_t at = 0; at < length;) {
    const std::size_t room = static_cast<std::size_t>(kBlockSamples) - blocks_.front().size();
    const std::size_t end = std::min(length, at + room);
    for (std::size_t source = 0; source < blocks_.size(); ++source) {
      const auto begin = stems[source].begin();
      blocks_[source].insert(blocks_[source].end(), begin + static_cast<std::ptrdiff_t>(at),
                             begin + static_cast<std::ptrdiff_t>(end));
    }
    samples_ += static_cast<std::int64_t>(end - at);
    if (end - at == room) flush();
    at = end;
  }
}

void StemSpool::finish() {
  if (!blocks_.front().empty()) flush();
}

void StemSpool::flush() {
  const std::int64_t first = samples_ - static_cast<std::int64_t>(blocks_.front().size());
  for (std::size_t source = 0; source < blocks_.size(); ++source) {
    file_.write_at(offset(source, first), std::as_bytes(std::span{blocks_[source]}));
    blocks_[source].clear();
  }
}

/// Blocks lie one behind another: for each stretch of time that of source 0, of source 1, and so on.
std::int64_t StemSpool::offset(std::size_t source, std::int64_t first) const {
  const auto sources = static_cast<std::int64_t>(blocks_.size());
  const std::int64_t samples = first * sources + static_cast<std::int64_t>(source) * kBlockSamples;
  return samples * static_cast<std::int64_t>(sizeof(float));
}

std::vector<float> StemSpool::read(std::size_t source, std::int64_t first) const {
  std::vector<float> samples(static_cast<std::size_t>(std::min(kBlockSamples, samples_ - first)));
  const auto bytes = std::as_writable_bytes(std::span{samples});
  if (file_.read_at(offset(source, first), bytes) != bytes.size()) {
    throw Error{"samples of a stem are missing in its temporary file", "stem spool"};
  }
  return samples;
}

}  // namespace veery
