#pragma once
#include <span>

namespace veery {

/// Adds up values over all ranks, with the same result on each. The trainer needs no more of MPI than this.
class SumOverRanks {
 public:
  virtual ~SumOverRanks() = default;
  /// In place, at once or until `finish`; begun in the same order on all ranks.
  virtual void begin(std::span<float> values) = 0;
  /// A moment for what was begun to go on.
  virtual void advance() = 0;
  virtual void finish() = 0;
};

}  // namespace veery
