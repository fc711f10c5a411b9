#pragma once
// Batches of views, dealt to ranks so that all of them get as many.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include <veery/training/mixtures.hpp>

namespace veery {

/// An epoch's batches on each of `ranks`, the same for all: views / (batch_size · ranks), rounded down.
[[nodiscard]] std::int64_t batches_per_rank(std::int64_t views, std::int64_t batch_size, std::int64_t ranks);

/// The views of a rank's batch: `batch_size` from (batch · ranks + rank) · batch_size on. So N ranks with batches of B
/// see, step by step, what one rank with batches of N · B sees.
[[nodiscard]] std::vector<std::int64_t> views_of_batch(std::int64_t batch, std::int64_t batch_size, std::int64_t rank,
                                                       std::int64_t ranks);

struct MixtureBatch {
  at::Tensor audio;    ///< [batch, sample], float32
  at::Tensor sources;  ///< [batch, slot, sample], float32
  at::Tensor rows;     ///< [batch, source], int64; -1: no source
  /// Each slot is one source or silence, which the network shall find; else slots are recordings, of sources that
  /// nobody knows.
  bool sources_are_known = false;
};

/// Views on the CPU. Throws Error as `make_view` does.
[[nodiscard]] MixtureBatch make_batch(const MixturePlan& plan, const RowSource& rows, const RowSource* noise,
                                      std::span<const EpochView> views);

/// The same of views of one epoch.
[[nodiscard]] MixtureBatch make_batch(const MixturePlan& plan, const RowSource& rows, const RowSource* noise,
                                      std::uint32_t epoch, std::span<const std::int64_t> views);

}  // namespace veery
