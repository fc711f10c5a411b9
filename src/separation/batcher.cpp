#include <ATen/DeviceAccelerator.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <iterator>
#include <mutex>
#include <queue>
#include <span>
#include <thread>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/separation/batcher.hpp>

namespace veery {
namespace {

constexpr std::int64_t kMostWindows = 64;
constexpr double kShareOfMemory = 0.6;  // the rest is for fragmentation and for whoever shares the device

struct Request {
  std::vector<float> mixture;
  std::promise<at::Tensor> stems;
};
using Requests = std::vector<Request>;

/// [batch, samples], zeros in the rows that nobody asked for.
at::Tensor gather(const Requests& requests, std::int64_t batch, const c10::Device& device) {
  const auto samples = static_cast<std::int64_t>(requests.front().mixture.size());
  const auto options = at::TensorOptions{}.dtype(at::kFloat).pinned_memory(!device.is_cpu());
  at::Tensor mixtures = at::zeros({batch, samples}, options);
  auto* row = mixtures.data_ptr<float>();
  for (const Request& request : requests) row = std::copy(request.mixture.begin(), request.mixture.end(), row);
  return mixtures.to(device, /*non_blocking=*/true);
}

/// By the memory that one window takes.
std::int64_t batch_that_fits(const SeparationModel& model, std::int64_t samples) {
  const c10::Device device = model.device().device;
  c10::InferenceMode inference;
  auto* memory = at::getDeviceAllocator(device.type());
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  const auto idle = memory->getDeviceStats(device.index()).allocated_bytes.at(kAll).current;
  memory->resetPeakStats(device.index());
  static_cast<void>(model.separate(at::zeros({1, samples}, at::TensorOptions{}.device(device))).cpu());
  const auto a_window = memory->getDeviceStats(device.index()).allocated_bytes.at(kAll).peak - idle;
  const double usable = kShareOfMemory * static_cast<double>(free_memory(model.device()).value_or(0));
  const auto fitting = static_cast<std::int64_t>(usable / static_cast<double>(std::max<std::int64_t>(a_window, 1)));
  return std::clamp<std::int64_t>(fitting, 1, kMostWindows);
}

}  // namespace

struct Batcher::State {
  State(const SeparationModel& network, std::int64_t samples, const BatchOptions& options)
      : model(network),
        window(static_cast<std::size_t>(samples)),
        lanes(network.device().is_cpu() ? std::max(options.threads, 1) : 1),
        batch(options.batch > 0           ? options.batch
              : network.device().is_cpu() ? 1
                                          : batch_that_fits(network, samples)) {
    for (int i = 0; i < lanes; ++i) threads.emplace_back([this] { work(); });
  }

  void work() {
    at::set_num_threads(1);
    c10::InferenceMode inference;
    for (Requests requests = take(); !requests.empty(); requests = take()) {
      try {
        separate(requests);
      } catch (...) {
        for (Request& request : requests) request.stems.set_exception(std::current_exception());
      }
    }
  }

  /// Waits for a full batch, or for all that can come: every client waiting. Empty: the end.
  Requests take() {
    std::unique_lock lock{mutex};
    submitted.wait(lock, [this] {
      const bool no_more = waiting_clients >= clients && !queue.empty();
      return closing || no_more || std::ssize(queue) >= batch;
    });
    Requests requests;
    if (closing) return requests;
    const std::size_t samples = queue.front().mixture.size();
    const std::int64_t most = samples == window ? batch : 1;
    for (auto request = queue.begin(); request != queue.end() && std::ssize(requests) < most;) {
      if (request->mixture.size() != samples) {
        ++request;
        continue;
      }
      requests.push_back(std::move(*request));
      request = queue.erase(request);
    }
    return requests;
  }

  void separate(Requests& requests) {
    const auto begin = std::chrono::steady_clock::now();
    const at::Tensor stems = run(requests);
    count(requests, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const at::Tensor row = stems.select(0, static_cast<std::int64_t>(i));
      requests[i].stems.set_value(stems.size(0) > 1 ? row.clone() : row);  // a view would keep the whole batch
    }
  }

  void count(const Requests& requests, double busy_s) {
    const std::scoped_lock lock{mutex};
    statistics.windows += static_cast<std::int64_t>(requests.size());
    statistics.audio_s +=
        static_cast<double>(requests.size() * requests.front().mixture.size()) / model.info().sample_rate_hz;
    statistics.busy_s += busy_s;
  }

  /// Halves the batch, for good, when the device's memory does not hold it.
  at::Tensor run(const Requests& requests) {
    const std::int64_t size = rows_for(requests);
    try {
      return model.separate(gather(requests, size, model.device().device)).cpu().contiguous();
    } catch (const c10::OutOfMemoryError&) {
      if (size == 1) throw no_memory(size);
    }
    const std::int64_t half = (size + 1) / 2;
    {
      const std::scoped_lock lock{mutex};
      batch = std::min(batch, half);
    }
    try {
      const at::Tensor mixtures = gather(requests, half * 2, at::kCPU);
      const at::Tensor first = model.separate(mixtures.narrow(0, 0, half).to(model.device().device)).cpu();
      const at::Tensor second = model.separate(mixtures.narrow(0, half, half).to(model.device().device)).cpu();
      return at::cat({first, second});
    } catch (const c10::OutOfMemoryError&) {
      throw no_memory(half);
    }
  }

  /// The same for all windows of the usual length, so that each batch has one shape.
  [[nodiscard]] std::int64_t rows_for(const Requests& requests) {
    if (requests.front().mixture.size() != window) return 1;
    const std::scoped_lock lock{mutex};
    return std::max(batch, static_cast<std::int64_t>(requests.size()));
  }

  [[nodiscard]] Error no_memory(std::int64_t size) const {
    return Error{"out of memory with " + std::to_string(size) + " windows in a batch", model.device().name,
                 "take a smaller --batch or shorter windows, or --device cpu"};
  }

  const SeparationModel& model;
  const std::size_t window;
  const int lanes;
  std::mutex mutex;
  std::condition_variable submitted;
  std::deque<Request> queue;
  std::int64_t batch = 1;
  int clients = 0;
  int waiting_clients = 0;
  bool closing = false;
  BatchStatistics statistics;
  std::vector<std::thread> threads;
};

Batcher::Batcher(const SeparationModel& model, std::int64_t window_samples, const BatchOptions& options)
    : state_(std::make_unique<State>(model, window_samples, options)) {}

Batcher::~Batcher() {
  {
    const std::scoped_lock lock{state_->mutex};
    state_->closing = true;
  }
  state_->submitted.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

const SeparationModel& Batcher::model() const {
  return state_->model;
}

BatchStatistics Batcher::statistics() const {
  const std::scoped_lock lock{state_->mutex};
  BatchStatistics statistics = state_->statistics;
  statistics.batch = static_cast<int>(state_->batch);
  statistics.busy_s /= state_->lanes;
  return statistics;
}

struct Batcher::Client::Results {
  std::queue<std::future<at::Tensor>> oldest_first;
};

Batcher::Client::Client(Batcher& batcher) : batcher_(batcher), results_(std::make_unique<Results>()) {
  const std::scoped_lock lock{batcher_.state_->mutex};
  ++batcher_.state_->clients;
}

Batcher::Client::~Client() {
  {
    const std::scoped_lock lock{batcher_.state_->mutex};
    --batcher_.state_->clients;
  }
  batcher_.state_->submitted.notify_all();
}

std::size_t Batcher::Client::pending() const {
  return results_->oldest_first.size();
}

bool Batcher::Client::full() const {
  const State& state = *batcher_.state_;
  const std::scoped_lock lock{batcher_.state_->mutex};
  // Two batches among all clients, so that the next is complete while one is computed.
  const std::int64_t windows = 2 * state.batch * state.lanes;
  return std::cmp_greater_equal(pending(), std::max<std::int64_t>(2, windows / std::max(state.clients, 1)));
}

void Batcher::Client::submit(std::vector<float> mixture) {
  if (mixture.empty()) throw Error{"a window without samples can't be separated", batcher_.model().info().name};
  {
    const std::scoped_lock lock{batcher_.state_->mutex};
    Request& request = batcher_.state_->queue.emplace_back();
    request.mixture = std::move(mixture);
    results_->oldest_first.push(request.stems.get_future());
  }
  batcher_.state_->submitted.notify_one();
}

at::Tensor Batcher::Client::next() {
  State& state = *batcher_.state_;
  {
    const std::scoped_lock lock{state.mutex};
    ++state.waiting_clients;
  }
  state.submitted.notify_all();
  results_->oldest_first.front().wait();
  {
    const std::scoped_lock lock{state.mutex};
    --state.waiting_clients;
  }
  std::future<at::Tensor> result = std::move(results_->oldest_first.front());
  results_->oldest_first.pop();
  return result.get();
}

StemBlock Batcher::Client::next_block() {
  const at::Tensor stems = next();
  if (!at::isfinite(stems).all().item<bool>()) return {};
  const auto length = static_cast<std::size_t>(stems.size(1));
  const std::span<const float> all{stems.const_data_ptr<float>(), static_cast<std::size_t>(stems.numel())};
  StemBlock block;
  for (std::size_t start = 0; start < all.size(); start += length) {
    const auto stem = all.subspan(start, length);
    block.emplace_back(stem.begin(), stem.end());
  }
  return block;
}

}  // namespace veery
