#pragma once
// Which GPU each rank works on: one near its cores, and no GPU for two ranks while another is idle.
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/separation/device.hpp>
#include <veery/separation/gpus.hpp>

namespace veery {

using CoreSet = std::set<int>;

/// "0-7,16-23" as Linux writes core sets; what can't be read is left out.
[[nodiscard]] CoreSet parse_core_list(std::string_view text);

/// The cores next to a GPU, by PCI locality (/sys/bus/pci/devices/BUS/local_cpulist, below `root`); empty when the
/// system does not say.
[[nodiscard]] CoreSet cores_near(const Gpu& gpu, const std::filesystem::path& root);

/// A rank as seen by the others of its node.
struct RankPlace {
  std::string host;
  std::vector<std::string> gpus;  ///< UUIDs, in the order of the rank's own numbers
  std::vector<int> near;          ///< numbers of those that lie nearest to its cores; never empty where there are GPUs
};

/// `cores` are those that the rank may run on. GPUs with most of them next to it are near; all are, when nothing is
/// known.
[[nodiscard]] RankPlace place_of(const std::string& host, const std::vector<Gpu>& gpus, const CoreSet& cores,
                                 const std::filesystem::path& root);

/// For each rank the number of its GPU among those that it sees (0 where it sees none). In the order of ranks each
/// takes, of the GPUs with the fewest ranks, one that is near, and of these the first.
[[nodiscard]] std::vector<int> choose_gpus(const std::vector<RankPlace>& ranks);

/// This rank's number among the GPUs that it sees, as `choose_gpus` has it for all. Collective.
[[nodiscard]] int choose_gpu(const Communicator& world);

/// What one rank works on.
struct UsedGpu {
  std::string host;
  std::string uuid;  ///< empty: it works on the CPU
  std::string why_none;
};

/// "ranks 0, 4 on node7 share GPU 5d1c…", one line a GPU of several ranks.
[[nodiscard]] std::vector<std::string> shared_gpus(const std::vector<UsedGpu>& ranks);

/// Throws Error that names the ranks without a GPU, and why, when others have one: a run on both would wait for the
/// former, and its bytes would depend on who did what.
void refuse_mixture(const std::vector<UsedGpu>& ranks);

/// Of all ranks, on all ranks. `device`: this rank's. Collective.
[[nodiscard]] std::vector<UsedGpu> share_used_gpus(const Communicator& world, const ComputeDevice& device);

/// What to warn of: GPUs of several ranks. Throws AgreedFailure when only some ranks have a GPU. Collective.
[[nodiscard]] std::vector<std::string> check_used_gpus(Communicator& world, const ComputeDevice& device);

}  // namespace veery
