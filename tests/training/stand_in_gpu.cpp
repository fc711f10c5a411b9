#include "training/stand_in_gpu.hpp"

#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace veery::test {
namespace {

constexpr c10::DeviceType kType = c10::DeviceType::PrivateUse1;

/// Every stream there is, from its first use until the program ends.
class Streams {
 public:
  StandInStream& of(const c10::Stream& stream) {
    const std::scoped_lock lock{mutex_};
    std::unique_ptr<StandInStream>& found = streams_[{stream.device_index(), stream.id()}];
    if (!found) found = std::make_unique<StandInStream>();
    return *found;
  }
  c10::StreamId next_id() {
    const std::scoped_lock lock{mutex_};
    return ++last_id_;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<c10::DeviceIndex, c10::StreamId>, std::unique_ptr<StandInStream>> streams_;
  c10::StreamId last_id_ = 0;
};

Streams& streams() {
  static Streams streams;
  return streams;
}

class EventState {
 public:
  std::int64_t begin_record() {
    const std::scoped_lock lock{mutex_};
    return ++recorded_;
  }
  void reach(std::int64_t version) {
    const std::scoped_lock lock{mutex_};
    reached_ = version;
    change_.notify_all();
  }
  void wait_for(std::int64_t version) {
    std::unique_lock lock{mutex_};
    change_.wait(lock, [&] { return reached_ >= version; });
  }
  std::int64_t recorded() {
    const std::scoped_lock lock{mutex_};
    return recorded_;
  }
  bool is_reached() {
    const std::scoped_lock lock{mutex_};
    return reached_ >= recorded_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::int64_t recorded_ = 0;
  std::int64_t reached_ = 0;
};

using Event = std::shared_ptr<EventState>;  // what is on a stream may outlive its owner

Event& event_of(void* event) {
  return *static_cast<Event*>(event);
}

class StandInGuard final : public c10::impl::DeviceGuardImplInterface {
 public:
  c10::DeviceType type() const override { return kType; }
  c10::Device exchangeDevice(c10::Device device) const override {
    return {kType, std::exchange(current_device(), device.index())};
  }
  c10::Device getDevice() const override { return {kType, current_device()}; }
  void setDevice(c10::Device device) const override { current_device() = device.index(); }
  void uncheckedSetDevice(c10::Device device) const noexcept override { current_device() = device.index(); }
  c10::DeviceIndex deviceCount() const noexcept override { return kStandInGpus; }

  c10::Stream getStream(c10::Device device) const override { return c10::Stream{c10::Stream::DEFAULT, device}; }
  c10::Stream getStreamFromGlobalPool(c10::Device device, bool /*isHighPriority*/) const override {
    return c10::Stream{c10::Stream::UNSAFE, device, streams().next_id()};
  }
  c10::Stream exchangeStream(c10::Stream stream) const override { return getStream(stream.device()); }
  void* getStreamNativeHandle(const c10::Stream stream) const override { return &streams().of(stream); }

  void record(void** event, const c10::Stream& stream, const c10::DeviceIndex /*device*/,
              const c10::EventFlag /*flag*/) const override {
    if (*event == nullptr) *event = new Event{std::make_shared<EventState>()};
    const Event state = event_of(*event);
    streams().of(stream).put([state, version = state->begin_record()] { state->reach(version); });
  }
  void block(void* event, const c10::Stream& stream) const override {
    const Event state = event_of(event);
    streams().of(stream).put([state, version = state->recorded()] { state->wait_for(version); });
  }
  bool queryEvent(void* event) const override { return event_of(event)->is_reached(); }
  void destroyEvent(void* event, const c10::DeviceIndex /*device*/) const noexcept override {
    delete static_cast<Event*>(event);
  }

 private:
  static c10::DeviceIndex& current_device() {
    thread_local c10::DeviceIndex device = 0;
    return device;
  }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, StandInGuard)

}  // namespace

StandInStream::StandInStream() : thread_([this] { work_off(); }) {}

StandInStream::~StandInStream() {
  {
    const std::scoped_lock lock{mutex_};
    ends_ = true;
  }
  change_.notify_all();
  thread_.join();
}

void StandInStream::put(std::function<void()> work) {
  {
    const std::scoped_lock lock{mutex_};
    work_.push_back(std::move(work));
  }
  change_.notify_all();
}

void StandInStream::work_off() {
  std::unique_lock lock{mutex_};
  while (true) {
    change_.wait(lock, [this] { return ends_ || !work_.empty(); });
    if (work_.empty()) return;
    const std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

c10::Device stand_in_gpu(int index) {
  return {kType, static_cast<c10::DeviceIndex>(index)};
}

StandInStream& current_stream(const c10::Device& device) {
  return streams().of(c10::Stream{c10::Stream::DEFAULT, device});
}

}  // namespace veery::test
