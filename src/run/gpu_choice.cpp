#include "run/gpu_choice.hpp"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/split.hpp>

#include "run/on_lead.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

CoreSet own_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CoreSet cores;
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(static_cast<std::size_t>(core), &mask)) cores.insert(core);
  }
  return cores;
}

std::size_t overlap(const CoreSet& a, const CoreSet& b) {
  return static_cast<std::size_t>(std::count_if(a.begin(), a.end(), [&](int core) { return b.contains(core); }));
}

/// Each rank's row, on all ranks.
std::vector<std::vector<std::string>> share_rows(const Communicator& world, const std::vector<std::string>& mine) {
  std::string text;
  for (const std::string& row : world.gather(csv_row(mine))) text += row;
  world.broadcast(text);
  return parse_csv(text);
}

std::vector<std::string> to_row(const RankPlace& place) {
  std::vector<std::string> row{place.host};
  for (const int number : place.near) row.push_back(std::to_string(number));
  row.emplace_back();
  row.insert(row.end(), place.gpus.begin(), place.gpus.end());
  return row;
}

RankPlace to_place(const std::vector<std::string>& row) {
  const auto gap = std::find(row.begin() + 1, row.end(), "");
  RankPlace place{row.front(), {gap + 1, row.end()}, {}};
  std::transform(row.begin() + 1, gap, std::back_inserter(place.near),
                 [](const std::string& cell) { return std::stoi(cell); });
  return place;
}

std::string list(const std::vector<std::size_t>& ranks) {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  for (const std::size_t rank : ranks) text += (rank == ranks.front() ? "" : ", ") + std::to_string(rank);
  return text;
}

}  // namespace

CoreSet parse_core_list(std::string_view text) {
  CoreSet cores;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const std::optional<int> first = parse_number<int>(part.substr(0, dash));
    const std::optional<int> last = dash == std::string_view::npos ? first : parse_number<int>(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last >= CPU_SETSIZE) continue;
    for (int core = *first; core <= *last; ++core) cores.insert(core);
  }
  return cores;
}

CoreSet cores_near(const Gpu& gpu, const fs::path& root) {
  if (gpu.pci_bus.empty()) return {};
  std::ifstream file{root / "sys/bus/pci/devices" / gpu.pci_bus / "local_cpulist"};
  std::string text;
  std::getline(file, text);
  return parse_core_list(text);
}

RankPlace place_of(const std::string& host, const std::vector<Gpu>& gpus, const CoreSet& cores, const fs::path& root) {
  RankPlace place{host, {}, {}};
  std::vector<std::size_t> common;
  for (const Gpu& gpu : gpus) {
    place.gpus.push_back(gpu.uuid);
    common.push_back(overlap(cores, cores_near(gpu, root)));
  }
  for (std::size_t i = 0; i < common.size(); ++i) {
    if (common[i] == *std::max_element(common.begin(), common.end())) place.near.push_back(static_cast<int>(i));
  }
  return place;
}

std::vector<int> choose_gpus(const std::vector<RankPlace>& ranks) {
  std::map<std::pair<std::string, std::string>, int> users;  // by host and UUID
  std::vector<int> chosen;
  for (const RankPlace& rank : ranks) {
    const auto cost = [&](int number) {
      const bool far = std::find(rank.near.begin(), rank.near.end(), number) == rank.near.end();
      return std::pair{users[{rank.host, rank.gpus[static_cast<std::size_t>(number)]}], far};
    };
    std::vector<int> numbers(rank.gpus.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    const auto best = std::min_element(numbers.begin(), numbers.end(), [&](int a, int b) { return cost(a) < cost(b); });
    chosen.push_back(best == numbers.end() ? 0 : *best);
    if (best != numbers.end()) ++users[{rank.host, rank.gpus[static_cast<std::size_t>(*best)]}];
  }
  return chosen;
}

int choose_gpu(const Communicator& world) {
  std::vector<RankPlace> ranks;
  for (const auto& row : share_rows(world, to_row(place_of(world.host(), visible_gpus(), own_cores(), "/"))))
    ranks.push_back(to_place(row));
  return choose_gpus(ranks)[static_cast<std::size_t>(world.rank())];
}

std::vector<std::string> shared_gpus(const std::vector<UsedGpu>& ranks) {
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> users;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (!ranks[rank].uuid.empty()) users[{ranks[rank].host, ranks[rank].uuid}].push_back(rank);
  }
  std::vector<std::string> lines;
  for (const auto& [gpu, its_ranks] : users) {
    if (its_ranks.size() > 1) lines.push_back(list(its_ranks) + " on " + gpu.first + " share GPU " + gpu.second);
  }
  return lines;
}

void refuse_mixture(const std::vector<UsedGpu>& ranks) {
  std::vector<std::size_t> without;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (ranks[rank].uuid.empty()) without.push_back(rank);
  }
  if (without.empty() || without.size() == ranks.size()) return;
  const UsedGpu& first = ranks[without.front()];
  throw Error{"some ranks have no GPU, and others have one", list(without) + ", the first on " + first.host,
              first.why_none + "; leave that node out, or use --device cpu"};
}

std::vector<UsedGpu> share_used_gpus(const Communicator& world, const ComputeDevice& device) {
  UsedGpu mine{world.host(), "", device.note};
  if (!device.is_cpu()) {
    const std::vector<Gpu> gpus = visible_gpus();
    const auto number = static_cast<unsigned char>(device.device.index());
    mine.uuid = number < gpus.size() ? gpus[number].uuid : device.name;
  }
  std::vector<UsedGpu> ranks;
  for (const auto& row : share_rows(world, {mine.host, mine.uuid, mine.why_none}))
    ranks.push_back({row.at(0), row.at(1), row.at(2)});
  return ranks;
}

std::vector<std::string> check_used_gpus(Communicator& world, const ComputeDevice& device) {
  const std::vector<UsedGpu> ranks = share_used_gpus(world, device);
  on_lead(world, [&] { refuse_mixture(ranks); });
  return shared_gpus(ranks);
}

}  // namespace veery
