#include "run/site.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

#include <veery/base/clock_time.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>

#include "run/shipped.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kTable = "site.json";

bool is_jobs_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "run_until_done.sh", ignored);
}

std::vector<std::string> names_of_sites(const fs::path& jobs) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{jobs})
    if (fs::exists(entry.path() / kTable)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

QueueRoute route_from(const Json& json) {
  const Json& nodes = json.at("nodes");
  const Json& times = json.at("walltime");
  return {{nodes.at(0), nodes.at(1)},
          {parse_clock_time_s(times.at(0).get<std::string>()), parse_clock_time_s(times.at(1).get<std::string>())}};
}

std::string describe(const QueueRoute& route) {
  return std::to_string(route.nodes.least) + " to " + std::to_string(route.nodes.most) + " nodes, " +
         format_duration(route.walltime_s.least) + " to " + format_duration(route.walltime_s.most);
}

std::string describe(const std::vector<QueueRoute>& routes) {
  std::vector<std::string> texts;
  texts.reserve(routes.size());
  for (const QueueRoute& route : routes) texts.push_back(describe(route));
  return joined(texts, "; or ");
}

bool takes(const std::vector<QueueRoute>& routes, const JobRequest& request) {
  return std::any_of(routes.begin(), routes.end(), [&](const QueueRoute& route) {
    return route.nodes.holds(request.nodes) && route.walltime_s.holds(request.walltime_s);
  });
}

[[noreturn]] void refuse(const Site& site, const std::string& what, const std::string& option,
                         const std::string& remedy) {
  throw UsageError{site.title + ": " + what, option, remedy + (site.source.empty() ? "" : "; source: " + site.source)};
}

/// PBS gives a reservation a queue of its own: a letter for its kind (R, S or M; A in ALCF's example) and its number.
bool is_reservation(const Site& site, const std::string& queue) {
  return !site.is_slurm && queue.size() > 1 && queue.front() >= 'A' && queue.front() <= 'Z' &&
         queue.find_first_not_of("0123456789", 1) == std::string::npos;
}

void check_queue(const Site& site, const JobRequest& request) {
  if (site.queues.empty() || is_reservation(site, request.queue)) return;
  std::vector<std::string> all;
  std::vector<std::string> fitting;
  for (const auto& [name, routes] : site.queues) {
    all.push_back(name);
    if (takes(routes, request)) fitting.push_back(name);
  }
  const std::string fits = fitting.empty() ? "no queue takes that" : "queues that take it: " + joined(fitting, ", ");
  const auto queue = site.queues.find(request.queue);
  if (queue == site.queues.end())
    refuse(site, "there is no queue " + request.queue, "--queue", "one of " + joined(all, ", ") + "; " + fits);
  if (takes(queue->second, request)) return;
  refuse(site,
         std::to_string(request.nodes) + " node(s) for " + format_duration(request.walltime_s) +
             " don't fit the queue " + queue->first,
         "--nodes, --walltime, --queue", "it takes " + describe(queue->second) + "; " + fits);
}

void check_ranks(const Site& site, const JobRequest& request) {
  if (site.cores_of_a_rank.empty()) return;
  std::vector<std::string> numbers;
  numbers.reserve(site.cores_of_a_rank.size());
  for (const auto& [ranks, cores] : site.cores_of_a_rank) numbers.push_back(std::to_string(ranks));
  if (!site.cores_of_a_rank.contains(request.ranks_per_node.value_or(0)))
    refuse(site, "the ranks don't share a node's cores evenly", "--ranks-per-node", joined(numbers, ", "));
}

void check_file_systems(const Site& site, const JobRequest& request) {
  if (site.file_systems.empty()) {
    if (!request.file_systems.empty())
      refuse(site, "nothing is asked about file systems", "--filesystems", "leave it out");
    return;
  }
  std::string_view left = request.file_systems;
  while (true) {
    const std::string name{left.substr(0, left.find(':'))};
    if (std::find(site.file_systems.begin(), site.file_systems.end(), name) == site.file_systems.end())
      refuse(site, "there is no file system '" + name + "'", "--filesystems",
             "some of " + joined(site.file_systems, ", ") + " with ':' between them");
    if (name.size() == left.size()) return;
    left.remove_prefix(name.size() + 1);
  }
}

}  // namespace

fs::path find_jobs_folder(const fs::path& asked, const fs::path& program) {
  if (!asked.empty()) {
    if (is_jobs_folder(asked)) return fs::canonical(asked);
    throw UsageError{"not a folder with job scripts", asked.string(), "name veery's folder jobs with --jobs"};
  }
  if (const auto folder = find_shipped(program, "jobs"); folder && is_jobs_folder(*folder)) return *folder;
  throw UsageError{"there are no job scripts beside the program", program.string(),
                   "name veery's folder jobs with --jobs or VEERY_JOBS"};
}

Site read_site(const fs::path& jobs, const std::string& name) {
  const std::vector<std::string> known = names_of_sites(jobs);
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw UsageError{"there is no site " + name, "--site", "one of " + joined(known, ", ")};
  const fs::path table = jobs / name / kTable;
  try {
    return site_from_json(name, read_text(table));
  } catch (const Json::exception& problem) {
    throw Error{"not a table of a site", table.string(), problem.what()};
  }
}

Site site_from_json(const std::string& name, const std::string& text) {
  const Json json = Json::parse(text);
  Site site;
  site.name = name;
  site.title = json.at("title");
  site.source = json.value("source", "");
  site.is_slurm = json.at("scheduler") == "slurm";
  site.account_is_mandatory = json.value("account_is_mandatory", false);
  site.binds_ranks = json.value("binds_ranks", true);
  if (json.contains("most_per_node")) site.gpus_per_node = json["most_per_node"].value("ngpus", 0);
  const Json cores_of_a_rank = json.value("cores_of_a_rank", Json::object());
  for (const auto& [ranks, cores] : cores_of_a_rank.items()) site.cores_of_a_rank[std::stoi(ranks)] = cores;
  site.file_systems = json.value("file_systems", std::vector<std::string>{});
  const Json queues = json.value("queues", Json::object());
  for (const auto& [queue, routes] : queues.items())
    for (const Json& route : routes) site.queues[queue].push_back(route_from(route));
  return site;
}

void check_request(const Site& site, const JobRequest& request, const std::string& device) {
  if (site.account_is_mandatory && request.account.empty())
    refuse(site, "a job without a project is refused", "--account", "name yours");
  if (site.gpus_per_node == 0 && device.starts_with("cuda"))
    refuse(site, "its nodes have no GPUs", "--device " + device, "--device cpu, or another site");
  if (!site.is_slurm && !request.mpi.empty()) refuse(site, "there is no srun", "--mpi", "leave it out");
  check_queue(site, request);
  check_ranks(site, request);
  check_file_systems(site, request);
}

}  // namespace veery
