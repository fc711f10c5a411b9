#include "run/turns.hpp"

#include <chrono>

namespace veery {
namespace {

constexpr std::chrono::milliseconds kLookEvery{50};  ///< for what is dropped

}  // namespace

Turns::Turn Turns::take(bool alone, const std::atomic<bool>& dropped) {
  std::unique_lock lock{mutex_};
  const auto may_begin = [&] { return alone ? at_work_ == 0 : !one_is_alone_ && waiting_to_be_alone_ == 0; };
  if (alone) ++waiting_to_be_alone_;
  while (!may_begin() && !dropped) changed_.wait_for(lock, kLookEvery);
  if (alone) --waiting_to_be_alone_;
  const bool begins = may_begin();
  if (begins) {
    ++at_work_;
    one_is_alone_ = alone;
  }
  lock.unlock();
  changed_.notify_all();  // one that gives up may be what others wait for
  return Turn{begins ? this : nullptr};
}

Turns::Turn::~Turn() {
  if (turns_ == nullptr) return;
  {
    const std::scoped_lock lock{turns_->mutex_};
    --turns_->at_work_;
    turns_->one_is_alone_ = false;
  }
  turns_->changed_.notify_all();
}

}  // namespace veery
