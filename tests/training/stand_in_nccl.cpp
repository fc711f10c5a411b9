#include "training/stand_in_nccl.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "training/nccl_library.hpp"
#include "training/stand_in_gpu.hpp"

namespace veery::test {
namespace {

using training::NcclLibrary;
using UniqueId = NcclLibrary::UniqueId;

constexpr int kUnhandledCudaError = 1;  // as nccl.h has it
constexpr int kRemoteError = 6;
constexpr int kInvalidArgument = 4;

/// Where the ranks of one id meet.
class Meeting {
 public:
  explicit Meeting(int ranks) : ranks_(ranks) {}

  /// Until all ranks are here. False: `rank` is here already, or there is no such rank.
  bool join(int rank, int ranks) {
    std::unique_lock lock{mutex_};
    if (ranks != ranks_ || rank < 0 || rank >= ranks_ || joined_.contains(rank)) return false;
    joined_[rank] = true;
    change_.notify_all();
    change_.wait(lock, [this] { return static_cast<int>(joined_.size()) == ranks_; });
    return true;
  }

  /// The `call`-th sum of a rank: into `values` once all ranks' are here, or not at all once `is_over` says so.
  template <typename IsOver>
  void add_up(int call, float* values, std::size_t count, const IsOver& is_over) {
    std::unique_lock lock{mutex_};
    Sum& sum = sums_[call];
    sum.values.resize(count);
    for (std::size_t i = 0; i < count; ++i) sum.values[i] += values[i];
    ++sum.ranks;
    change_.notify_all();
    change_.wait(lock, [&] { return sum.ranks == ranks_ || is_over(); });
    if (sum.ranks == ranks_) std::copy_n(sum.values.begin(), count, values);
  }

  void wake() {
    const std::scoped_lock lock{mutex_};
    change_.notify_all();
  }

 private:
  struct Sum {
    std::vector<float> values;
    int ranks = 0;
  };

  std::mutex mutex_;
  std::condition_variable change_;
  int ranks_;
  std::map<int, bool> joined_;
  std::map<int, Sum> sums_;
};

struct Membership {
  std::shared_ptr<Meeting> meeting;
  int calls = 0;
  std::shared_ptr<std::atomic<bool>> is_over = std::make_shared<std::atomic<bool>>(false);
};

class Library {
 public:
  int result_of(const std::string& name) {
    const std::scoped_lock lock{mutex_};
    const auto found = failing_.find(name);
    return found == failing_.end() ? NcclLibrary::kSuccess : found->second;
  }
  void let_fail(const std::string& name, int result) {
    const std::scoped_lock lock{mutex_};
    failing_[name] = result;
  }
  int next_id() {
    const std::scoped_lock lock{mutex_};
    return ++last_id_;
  }
  std::shared_ptr<Meeting> meeting_of(const UniqueId& id, int ranks) {
    const std::scoped_lock lock{mutex_};
    std::shared_ptr<Meeting>& meeting = meetings_[{id.bytes.begin(), id.bytes.end()}];
    if (!meeting) meeting = std::make_shared<Meeting>(ranks);
    return meeting;
  }
  void* keep(std::unique_ptr<Membership> membership) {
    const std::scoped_lock lock{mutex_};
    void* const communicator = membership.get();
    memberships_[communicator] = std::move(membership);
    return communicator;
  }
  std::unique_ptr<Membership> give_back(void* communicator) {
    const std::scoped_lock lock{mutex_};
    return std::move(memberships_.extract(communicator).mapped());
  }
  template <typename Change>
  auto with_calls(const Change& change) {
    const std::scoped_lock lock{mutex_};
    return change(calls_);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> failing_;
  std::map<std::string, std::shared_ptr<Meeting>> meetings_;
  std::map<void*, std::unique_ptr<Membership>> memberships_;  ///< some are never given back
  NcclCalls calls_;
  int last_id_ = 0;
};

Library& library() {
  static Library library;
  return library;
}

}  // namespace

NcclCalls nccl_calls() {
  return library().with_calls([](const NcclCalls& calls) { return calls; });
}
void forget_calls() {
  library().with_calls([](NcclCalls& calls) { calls = {}; });
}
void let_fail(const std::string& name, int result) {
  library().let_fail(name, result);
}
void set_async_error(int result) {
  library().let_fail("asynchronous", result);
}

extern "C" {

int ncclGetUniqueId(UniqueId* id) {
  const std::string text = "meeting " + std::to_string(library().next_id());
  std::copy(text.begin(), text.end(), id->bytes.begin());
  return library().result_of("ncclGetUniqueId");
}

int ncclCommInitRank(void** communicator, int ranks, UniqueId id, int rank) {
  if (const int result = library().result_of("ncclCommInitRank"); result != 0) return result;
  auto membership = std::make_unique<Membership>();
  membership->meeting = library().meeting_of(id, ranks);
  if (!membership->meeting->join(rank, ranks)) return kInvalidArgument;
  library().with_calls([](NcclCalls& calls) { ++calls.joined; });
  *communicator = library().keep(std::move(membership));
  return NcclLibrary::kSuccess;
}

int ncclAllReduce(const void* from, void* into, std::size_t count, int type, int operation, void* communicator,
                  void* stream) {
  if (from != into || type != 7 || operation != 0) return kInvalidArgument;  // ncclFloat32, ncclSum
  if (const int result = library().result_of("ncclAllReduce"); result != 0) return result;
  auto& membership = *static_cast<Membership*>(communicator);
  static_cast<StandInStream*>(stream)->put([meeting = membership.meeting, is_over = membership.is_over,
                                            call = membership.calls++, values = static_cast<float*>(into), count] {
    meeting->add_up(call, values, count, [&] { return is_over->load(); });
  });
  return NcclLibrary::kSuccess;
}

int ncclCommGetAsyncError(void* /*communicator*/, int* error) {
  library().with_calls([](NcclCalls& calls) { ++calls.looked_for_errors; });
  *error = library().result_of("asynchronous");
  return library().result_of("ncclCommGetAsyncError");
}

int ncclCommAbort(void* communicator) {
  const std::unique_ptr<Membership> membership = library().give_back(communicator);
  membership->is_over->store(true);
  membership->meeting->wake();
  library().with_calls([](NcclCalls& calls) { ++calls.aborted; });
  return NcclLibrary::kSuccess;
}

int ncclCommDestroy(void* communicator) {
  const std::unique_ptr<Membership> membership = library().give_back(communicator);
  library().with_calls([](NcclCalls& calls) { ++calls.destroyed; });
  return NcclLibrary::kSuccess;
}

const char* ncclGetErrorString(int result) {
  switch (result) {
    case NcclLibrary::kSuccess:
      return "no error";
    case kUnhandledCudaError:
      return "unhandled cuda error (run with NCCL_DEBUG=INFO for details)";
    case kRemoteError:
      return "remote process exited or there was a network error";
    case NcclLibrary::kInProgress:
      return "NCCL operation in progress";
    default:
      return "invalid argument (run with NCCL_DEBUG=WARN for details)";
  }
}
}

}  // namespace veery::test
