#pragma once
// Batches made ahead on a thread of their own, so that the network does not wait for the disk.
#include <cstdint>
#include <functional>
#include <memory>

#include <veery/training/mixture_batches.hpp>

namespace veery {

/// The batch of a step; called on the loader's thread, in order.
using MakeBatch = std::function<MixtureBatch(std::int64_t step)>;

class BatchLoader {
 public:
  /// Begins with the batch of `first_step`, and keeps up to `ahead` batches ready. `pinned`: in memory that a GPU
  /// copies from directly.
  BatchLoader(MakeBatch make, std::int64_t first_step, std::size_t ahead, bool pinned);
  /// Leaves what is ready; waits for the batch in the making.
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  /// The batch of the next step. Throws what making it threw. One thread.
  [[nodiscard]] MixtureBatch next();
  /// Seconds that `next` has waited, in all.
  [[nodiscard]] double waited_s() const { return waited_s_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  double waited_s_ = 0;
};

}  // namespace veery
