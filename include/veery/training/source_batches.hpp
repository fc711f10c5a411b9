#pragma once
// Batches of examples whose sources are known, for supervised training.
#include <cstdint>
#include <optional>
#include <span>

#include <veery/training/mixture_batches.hpp>
#include <veery/training/mixtures.hpp>
#include <veery/training/source_folder.hpp>

namespace veery {

struct SourceBatchOptions {
  std::uint64_t seed = 0;
  int sample_rate_hz = 0;
  std::int64_t window_samples = 0;                               ///< at that rate
  std::optional<DrawRange> target_peak = DrawRange{0.15, 0.25};  ///< of the mixture; empty: left as it is
};

/// View i of an epoch is an example, in an order of the epoch's own, cut at random and brought to a random peak with
/// all its sources; a pure function of folder, options, epoch and i. Slots are sources, silent ones zeros. Any thread
/// may call it. Throws Error as `read_sources` does, and when examples are shorter than the window.
[[nodiscard]] MixtureBatch make_source_batch(const SourceFolder& folder, const SourceBatchOptions& options,
                                             std::uint32_t epoch, std::span<const std::int64_t> views);

}  // namespace veery
