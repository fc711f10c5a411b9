#pragma once
// Samples of all stems waiting on disk, in blocks, until the gain is known.
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include <veery/base/file_descriptor.hpp>

namespace veery {

/// A nameless file: gone with the object, whatever happens. Not thread-safe.
class StemSpool {
 public:
  static constexpr std::int64_t kBlockSamples = 65'536;  ///< of one source; the last block is shorter

  StemSpool(const std::filesystem::path& folder, std::size_t sources);

  /// [source][sample], all of one length.
  void append(std::span<const std::vector<float>> stems);
  /// Between the last `append` and the first `read`.
  void finish();

  [[nodiscard]] std::size_t sources() const { return blocks_.size(); }
  [[nodiscard]] std::int64_t samples() const { return samples_; }
  /// Samples [first, …) of a source to the end of the block; `first` is a multiple of kBlockSamples.
  [[nodiscard]] std::vector<float> read(std::size_t source, std::int64_t first) const;

 private:
  void flush();
  [[nodiscard]] std::int64_t offset(std::size_t source, std::int64_t first) const;

  FileDescriptor file_;
  std::vector<std::vector<float>> blocks_;  ///< by source: not yet in the file
  std::int64_t samples_ = 0;
};

}  // namespace veery
