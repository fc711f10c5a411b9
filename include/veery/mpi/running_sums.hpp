#pragma once
// Sums over all ranks that go on while their caller works.
#include <memory>
#include <span>

#include <veery/mpi/communicator.hpp>

namespace veery {

/// Each sum travels to rank 0 and back, so that all ranks have the same, to the bit. For the main thread. Sums, like
/// constructor and destructor, are begun by all ranks in the same order and with the same lengths.
class RunningSums {
 public:
  explicit RunningSums(const Communicator& world);
  ~RunningSums();
  RunningSums(const RunningSums&) = delete;
  RunningSums& operator=(const RunningSums&) = delete;

  /// In place: the values belong to the sum until `finish`. At most 2³⁰ of them.
  void begin(std::span<float> values);
  /// Lets what is under way go on, and never waits: MPI works while it is called.
  void advance();
  /// Waits for all that was begun.
  void finish();

 private:
  struct Channels;
  std::unique_ptr<Channels> channels_;
};

}  // namespace veery
