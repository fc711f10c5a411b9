#pragma once
// Rows of audio out of whatever a command was given: shards or recordings.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/training/row_source.hpp>

namespace veery {

/// What rows must be like.
struct RowNeeds {
  int sample_rate_hz = 0;
  std::int64_t window_samples = 0;
  std::filesystem::path exclude;  ///< a folder that is not searched for recordings
};

/// Rows of datasets, one after the other: of the split where a dataset has shards, all recordings elsewhere. nullopt
/// when there are none and none need be; `must_be`: UsageError then. Collective.
[[nodiscard]] std::optional<RowSource> open_rows(Communicator& world,
                                                 const std::vector<std::filesystem::path>& datasets,
                                                 const std::string& split, bool must_be, const RowNeeds& needs);

}  // namespace veery
