#pragma once
// Windows of many recordings through one network. Whoever reads a recording submits windows and takes stems back
// in the same order; batches are made of what waits, whoever submitted it.
//
// Every batch has the same shape (zeros fill up what nobody asked for), and on the CPU a batch is one window on one
// thread: what comes back for a window does not depend on what it shared its batch with.
#include <ATen/core/ATen_fwd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <veery/separation/separation_model.hpp>
#include <veery/separation/stitcher.hpp>

namespace veery {

struct BatchOptions {
  int batch = 0;    ///< windows in a batch; 0: one on the CPU, on a GPU as many as its free memory holds (at most 64)
  int threads = 1;  ///< CPU: batches at a time, each on one thread
};

struct BatchStatistics {
  int batch = 0;
  std::int64_t windows = 0;
  double audio_s = 0.0;
  double busy_s = 0.0;  ///< wall time in the network, a mean over its threads
};

class Batcher {
 public:
  /// `window_samples`: the length that most windows have; one of another length goes alone.
  Batcher(const SeparationModel& model, std::int64_t window_samples, const BatchOptions& options);
  /// No client may be left.
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  [[nodiscard]] const SeparationModel& model() const;
  [[nodiscard]] BatchStatistics statistics() const;

  /// One producer of windows; used by one thread at a time.
  class Client {
   public:
    explicit Client(Batcher& batcher);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Whether to take results before submitting more: memory stays bounded.
    [[nodiscard]] bool full() const;
    [[nodiscard]] std::size_t pending() const;
    void submit(std::vector<float> mixture);
    /// Stems [source, sample], float32 on the CPU, of the oldest window submitted; waits for them. Throws Error
    /// when not even half a batch fits into the device's memory, and what the model throws.
    [[nodiscard]] at::Tensor next();
    /// The same, sample by sample; none when the model gave NaN or infinity.
    [[nodiscard]] StemBlock next_block();

   private:
    struct Results;
    Batcher& batcher_;
    std::unique_ptr<Results> results_;
  };

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
