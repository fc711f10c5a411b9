#pragma once
// A device for tests that has no arithmetic, but streams and events as a GPU has them: each stream is a thread, which
// does what is put on it later and in order. LibTorch knows it as PrivateUse1.
#include <c10/core/Device.h>
#include <c10/core/Stream.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace veery::test {

class StandInStream {
 public:
  StandInStream();
  ~StandInStream();  ///< after what was put on it
  StandInStream(const StandInStream&) = delete;
  StandInStream& operator=(const StandInStream&) = delete;

  void put(std::function<void()> work);

 private:
  void work_off();

  std::mutex mutex_;
  std::condition_variable change_;
  std::deque<std::function<void()>> work_;
  bool ends_ = false;
  std::thread thread_;
};

inline constexpr int kStandInGpus = 4;

[[nodiscard]] c10::Device stand_in_gpu(int index);

/// On which a network would compute.
[[nodiscard]] StandInStream& current_stream(const c10::Device& device);

}  // namespace veery::test
