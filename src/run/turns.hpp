#pragma once
// Who of a rank's threads may work beside the others, and who has the rank to itself.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace veery {

/// Thread-safe. Whoever waits to be alone goes before those that come after it.
class Turns {
 public:
  /// Held while it lives.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    Turn& operator=(Turn&&) = delete;

    /// Not where waiting was given up.
    [[nodiscard]] bool is_held() const { return turns_ != nullptr; }

   private:
    friend class Turns;
    explicit Turn(Turns* turns) : turns_(turns) {}
    Turns* turns_;
  };

  /// Waits for those that are, or wait to be, alone; `alone`: for everybody. Gives up soon after `dropped` was set.
  /// Nobody may take a second turn while he has one.
  [[nodiscard]] Turn take(bool alone, const std::atomic<bool>& dropped);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int at_work_ = 0;
  bool one_is_alone_ = false;
  int waiting_to_be_alone_ = 0;
};

}  // namespace veery
