#include "run/worker_pool.hpp"

#include <utility>

namespace veery {

WorkerPool::WorkerPool(int workers, const std::function<void()>& prepare) {
  for (int i = 0; i < workers; ++i) {
    threads_.emplace_back([this, prepare] {
      if (prepare) prepare();
      work();
    });
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock{mutex_};
    closing_ = true;
    jobs_.clear();
  }
  job_ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(std::function<void()> job) {
  {
    const std::scoped_lock lock{mutex_};
    jobs_.push_back(std::move(job));
  }
  job_ready_.notify_one();
}

bool WorkerPool::has_idle_worker() const {
  const std::scoped_lock lock{mutex_};
  return jobs_.empty() && running_ < threads_.size();
}

bool WorkerPool::ends_within(std::chrono::milliseconds timeout) {
  std::unique_lock lock{mutex_};
  jobs_.clear();
  return job_ended_.wait_for(lock, timeout, [&] { return running_ == 0; });
}

void WorkerPool::wait_for_job(std::chrono::milliseconds timeout) {
  std::unique_lock lock{mutex_};
  job_ended_.wait_for(lock, timeout, [&] { return ended_ != noticed_ || failure_; });
  noticed_ = ended_;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void WorkerPool::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    job_ready_.wait(lock, [&] { return closing_ || !jobs_.empty(); });
    if (closing_) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    ++running_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      job();
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --running_;
    ++ended_;
    if (failure && !failure_) failure_ = failure;
    job_ended_.notify_all();
  }
}

}  // namespace veery
