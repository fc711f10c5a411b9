#pragma once
// Threads that run jobs first in, first out. The owner polls; a job's exception reaches it there.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace veery {

class WorkerPool {
 public:
  /// Every worker calls `prepare` first, for what a library keeps per thread.
  explicit WorkerPool(int workers, const std::function<void()>& prepare = {});
  /// Drops the jobs that have not begun and waits for the others.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(std::function<void()> job);

  /// Whether a worker has nothing to do.
  [[nodiscard]] bool has_idle_worker() const;

  /// Whether all that runs ends within `timeout`; what has not begun is dropped.
  [[nodiscard]] bool ends_within(std::chrono::milliseconds timeout);

  /// Waits until a job ends, at most `timeout`. Rethrows a job's exception.
  void wait_for_job(std::chrono::milliseconds timeout);

 private:
  void work();

  mutable std::mutex mutex_;
  std::condition_variable job_ready_;
  std::condition_variable job_ended_;
  std::deque<std::function<void()>> jobs_;
  std::exception_ptr failure_;
  std::size_t running_ = 0;
  std::size_t ended_ = 0;
  std::size_t noticed_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace veery
