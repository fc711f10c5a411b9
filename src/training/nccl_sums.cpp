#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

#include <veery/training/nccl_sums.hpp>

#include "training/nccl_library.hpp"

namespace veery {
namespace {

using training::check_nccl;
using training::nccl_library;
using training::NcclLibrary;

constexpr std::chrono::microseconds kBetweenLooks{50};

/// Sums on a stream of their own, which waits for the values and for nothing else.
class NcclSums : public SumOverRanks {
 public:
  NcclSums(const std::string& id, int rank, int ranks, const at::Device& device)
      : device_(device), guard_(device.type()), side_(guard_.getStreamFromGlobalPool(device, /*isHighPriority=*/true)) {
    const c10::DeviceGuard here{device_};
    NcclLibrary::UniqueId unique_id;
    std::copy_n(id.begin(), unique_id.bytes.size(), unique_id.bytes.begin());
    check_nccl(nccl_library().init_rank(&communicator_, ranks, unique_id, rank),
               "the ranks' GPUs could not be connected");
  }
  /// Both calls may wait for the other ranks, which know nothing of an exception here: the communicator then ends with
  /// the process.
  ~NcclSums() override {
    if (std::uncaught_exceptions() > exceptions_before_) return;
    const c10::DeviceGuard here{device_};
    static_cast<void>(under_way_ ? nccl_library().abort(communicator_) : nccl_library().destroy(communicator_));
  }
  NcclSums(const NcclSums&) = delete;
  NcclSums& operator=(const NcclSums&) = delete;

  [[nodiscard]] c10::Device device() const override { return device_; }

  void begin(const at::Tensor& values) override {
    const c10::DeviceGuard here{device_};
    c10::Event ready{device_.type()};
    ready.record(guard_.getStream(device_));
    ready.block(side_);
    void* const data = values.mutable_data_ptr();
    under_way_ = true;
    check_nccl(nccl_library().all_reduce(data, data, static_cast<std::size_t>(values.numel()), NcclLibrary::kFloat32,
                                         NcclLibrary::kSum, communicator_, side_.native_handle()),
               "a sum over ranks could not begin");
  }

  void advance() override {}

  /// Looks for errors while it waits: a stream whose connection is lost never ends.
  void finish() override {
    const c10::DeviceGuard here{device_};
    c10::Event done{device_.type()};
    done.record(side_);
    while (!done.query()) {
      NcclLibrary::Result error = NcclLibrary::kSuccess;
      check_nccl(nccl_library().async_error(communicator_, &error), "a sum over ranks");
      if (error != NcclLibrary::kInProgress) check_nccl(error, "a sum over ranks");
      std::this_thread::sleep_for(kBetweenLooks);
    }
    done.block(guard_.getStream(device_));
    under_way_ = false;
  }

 private:
  at::Device device_;
  c10::impl::VirtualGuardImpl guard_;
  c10::Stream side_;
  NcclLibrary::Communicator communicator_ = nullptr;
  bool under_way_ = false;
  int exceptions_before_ = std::uncaught_exceptions();
};

}  // namespace

std::string nccl_problem() {
  return nccl_library().problem;
}

std::string make_nccl_id() {
  NcclLibrary::UniqueId id;
  check_nccl(nccl_library().get_unique_id(&id), "no address for the ranks to meet at");
  return {id.bytes.begin(), id.bytes.end()};
}

std::unique_ptr<SumOverRanks> join_nccl(const std::string& id, int rank, int ranks, const ComputeDevice& device) {
  return std::make_unique<NcclSums>(id, rank, ranks, device.device);
}

}  // namespace veery
