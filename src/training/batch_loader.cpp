#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <veery/training/batch_loader.hpp>

namespace veery {

struct BatchLoader::State {
  MakeBatch make;
  std::size_t ahead;
  bool pinned;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<MixtureBatch> ready;
  std::exception_ptr failure;
  bool stop = false;
  std::thread thread;

  void work(std::int64_t step) {
    try {
      while (wait_for_room()) put(make_one(step++));
    } catch (...) {
      const std::scoped_lock lock{mutex};
      failure = std::current_exception();
      changed.notify_all();
    }
  }

  bool wait_for_room() {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return stop || ready.size() < ahead; });
    return !stop;
  }

  MixtureBatch make_one(std::int64_t step) const {
    MixtureBatch batch = make(step);
    if (!pinned) return batch;
    batch.audio = batch.audio.pin_memory();
    batch.sources = batch.sources.pin_memory();
    return batch;
  }

  void put(MixtureBatch batch) {
    const std::scoped_lock lock{mutex};
    ready.push_back(std::move(batch));
    changed.notify_all();
  }
};

BatchLoader::BatchLoader(MakeBatch make, std::int64_t first_step, std::size_t ahead, bool pinned)
    : state_(std::make_unique<State>()) {
  state_->make = std::move(make);
  state_->ahead = ahead;
  state_->pinned = pinned;
  state_->thread = std::thread{[state = state_.get(), first_step] { state->work(first_step); }};
}

BatchLoader::~BatchLoader() {
  {
    const std::scoped_lock lock{state_->mutex};
    state_->stop = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

MixtureBatch BatchLoader::next() {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock{state_->mutex};
  state_->changed.wait(lock, [&] { return !state_->ready.empty() || state_->failure; });
  waited_s_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (state_->ready.empty()) std::rethrow_exception(state_->failure);
  MixtureBatch batch = std::move(state_->ready.front());
  state_->ready.pop_front();
  state_->changed.notify_all();
  return batch;
}

}  // namespace veery
