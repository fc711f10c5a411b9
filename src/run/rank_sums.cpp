#include "run/rank_sums.hpp"

#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/mpi/running_sums.hpp>
#include <veery/training/nccl_sums.hpp>

#include "run/gpu_choice.hpp"
#include "run/on_lead.hpp"

namespace veery {
namespace {

class SumsByMpi : public SumOverRanks {
 public:
  explicit SumsByMpi(const Communicator& world) : sums_(world) {}
  void begin(const at::Tensor& values) override { sums_.begin(values_of(values)); }
  void advance() override { sums_.advance(); }
  void finish() override { sums_.finish(); }

 private:
  RunningSums sums_;
};

/// On rank 0 why the ranks have to do without NCCL, empty when they need not; elsewhere nothing. Collective.
std::string why_no_nccl(Communicator& world, const ComputeDevice& device) {
  const std::vector<std::string> shared = shared_gpus(share_used_gpus(world, device));
  const std::vector<std::string> problems = world.gather(device.is_cpu() ? "there is no GPU" : nccl_problem());
  for (const std::string& problem : problems)
    if (!problem.empty()) return problem;
  return shared.empty() ? "" : shared.front();
}

}  // namespace

std::unique_ptr<SumOverRanks> make_rank_sums(Communicator& world, const ComputeDevice& device, AllReduce asked) {
  if (world.size() == 1) return nullptr;
  const std::string why_not = why_no_nccl(world, device);
  std::string id;  // of the ranks' meeting; empty: by MPI
  on_lead(world, [&] {
    if (asked == AllReduce::nccl && !why_not.empty())
      throw UsageError{"the ranks can't add up with NCCL", "--all-reduce nccl", why_not + "; auto, or mpi"};
    if (asked != AllReduce::mpi && why_not.empty()) id = make_nccl_id();
  });
  world.broadcast(id);
  if (id.empty()) return std::make_unique<SumsByMpi>(world);
  // Where one fails the others wait in NCCL for it, not here for its reason: only the end of the job reaches them.
  return join_nccl(id, world.rank(), world.size(), device);
}

}  // namespace veery
