#include "run/fill_job_script.hpp"

#include <algorithm>

#include <veery/base/clock_time.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/split.hpp>
#include <veery/base/text.hpp>

namespace veery {
namespace {

constexpr std::string_view kSelect = "#PBS -l select=";
constexpr std::string_view kFileSystems = "#PBS -l filesystems=";
constexpr std::string_view kNodes = "#SBATCH --nodes=";
constexpr std::string_view kTasks = "#SBATCH --ntasks-per-node=";
constexpr std::string_view kCores = "#SBATCH --cpus-per-task=";
constexpr std::string_view kGpus = "#SBATCH --gpus-per-task=";
constexpr std::size_t kLineWidth = 120;

/// What both schedulers have, as each writes it.
struct Directives {
  std::string_view name;
  std::string_view account;
  std::string_view queue;
  std::string_view walltime;
};
constexpr Directives kPbs{"#PBS -N ", "#PBS -A ", "#PBS -q ", "#PBS -l walltime="};
constexpr Directives kSlurm{"#SBATCH --job-name=", "#SBATCH --account=", "#SBATCH --partition=", "#SBATCH --time="};

const Directives& directives_of(const Site& site) {
  return site.is_slurm ? kSlurm : kPbs;
}

/// A PBS chunk, such as 2:ncpus=36:mpiprocs=2.
class Chunk {
 public:
  explicit Chunk(std::string_view text) {
    for (const std::string_view part : split(text, ':')) parts_.emplace_back(part);
  }

  [[nodiscard]] std::string value(std::string_view name) const {
    const auto part = find(name);
    return part == parts_.end() ? "" : part->substr(name.size() + 1);
  }
  void set_count(int count) { parts_.front() = std::to_string(count); }
  void set_if_there(std::string_view name, int value) {
    const auto part = parts_.begin() + (find(name) - parts_.cbegin());
    if (part != parts_.end()) *part = std::string{name} + "=" + std::to_string(value);
  }
  void set(std::string_view name, int value) {
    if (find(name) == parts_.end()) parts_.push_back(std::string{name} + "=");
    set_if_there(name, value);
  }
  [[nodiscard]] std::string text() const { return joined(parts_, ":"); }

 private:
  [[nodiscard]] std::vector<std::string>::const_iterator find(std::string_view name) const {
    return std::find_if(parts_.begin(), parts_.end(),
                        [&](const std::string& part) { return part.starts_with(std::string{name} + "="); });
  }
  std::vector<std::string> parts_;
};

/// 0 for what is no number.
int number_in(std::string_view text) {
  return parse_number<int>(text).value_or(0);
}

Chunk chunk_of(const JobScript& script) {
  return Chunk{script.directive(kSelect).value_or("1")};
}

int ranks_in(const JobScript& script, const Site& site) {
  if (site.is_slurm) return number_in(script.directive(kTasks).value_or("1"));
  if (const auto ranks = script.setting("RANKS_PER_NODE")) return number_in(*ranks);
  return number_in(chunk_of(script).value("mpiprocs"));
}

int cores_in(const JobScript& script, const Site& site) {
  if (site.is_slurm) return number_in(script.directive(kCores).value_or("1"));
  const Chunk chunk = chunk_of(script);
  return number_in(chunk.value("ncpus")) / std::max(number_in(chunk.value("mpiprocs")), 1);
}

/// Blanks, quotes and line breaks would end a directive, or begin another one.
void check_directive_value(const std::string& value, const char* option) {
  constexpr std::string_view kAllowed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz.,:+@%-";
  if (value.find_first_not_of(kAllowed) == std::string::npos && !value.starts_with('-')) return;
  throw UsageError{"a directive can't hold this: " + value, option, "letters, digits and _ . , : + @ % -"};
}

void check_number(const std::optional<int>& number, const char* option) {
  if (number && *number < 1) throw UsageError{"the number is out of range", option, "1 or more"};
}

/// As set; without a value none is asked for.
void set_or_remove(JobScript& script, std::string_view head, const std::string& value) {
  if (value.empty()) {
    if (script.directive(head)) script.remove_directive(head);
  } else if (script.directive(head)) {
    script.set_directive(head, value);
  } else {
    script.add_directive(head, value);
  }
}

void set_slurm_size(JobScript& script, const JobRequest& request, const std::string& device) {
  script.set_directive(kNodes, std::to_string(request.nodes));
  script.set_directive(kTasks, std::to_string(request.ranks_per_node.value_or(1)));
  script.set_directive(kCores, std::to_string(request.cores_per_rank.value_or(1)));
  const bool has_gpus = script.directive(kGpus).has_value();
  if (has_gpus && (device.empty() || device == "cpu")) script.remove_directive(kGpus);
  if (!has_gpus && device.starts_with("cuda")) script.add_directive(kGpus, "1");
}

/// Where a site has GPUs, its script asks for them, or they come with the node.
void set_pbs_size(JobScript& script, const Site& site, const JobRequest& request, const std::string& device) {
  const int ranks = request.ranks_per_node.value_or(1);
  const int cores = request.cores_per_rank.value_or(1);
  Chunk chunk = chunk_of(script);
  chunk.set_count(request.nodes);
  chunk.set_if_there("mpiprocs", ranks);
  chunk.set_if_there("ngpus", ranks);
  if (!site.gpus_per_node && device.starts_with("cuda")) chunk.set("ngpus", ranks);
  if (site.cores_of_a_rank.empty()) chunk.set_if_there("ncpus", ranks * cores);
  script.set_directive(kSelect, chunk.text());
  script.set_if_there("RANKS_PER_NODE", std::to_string(ranks));
}

/// In one line if it is short enough.
std::string array_of(const std::vector<std::string>& words) {
  std::size_t width = std::string_view{"OPTIONS=()"}.size();
  std::vector<std::string> quoted;
  for (const std::string& word : words) width += quoted.emplace_back(shell_word(word)).size() + 1;
  const bool is_short = width <= kLineWidth;
  return is_short ? "(" + joined(quoted, " ") + ")" : "(\n  " + joined(quoted, "\n  ") + "\n)";
}

void set_block(JobScript& script, const Site& site, const JobRequest& request, const JobCommand& command,
               const JobPlaces& places) {
  const auto path = [](const std::filesystem::path& file) {
    return shell_word(std::filesystem::absolute(file).lexically_normal().string());
  };
  script.set("VEERY_JOBS", path(places.jobs));
  script.set("VEERY", path(places.program));
  script.set("OUTPUT", path(command.output));
  script.set_if_there("THIS_SCRIPT", path(places.script));
  script.set_if_there("WALLTIME", clock_time(request.walltime_s));
  if (script.setting("ARCHIVE")) script.set("ARCHIVE", path(command.archive));
  if (request.modules) script.set("MODULES", shell_word(*request.modules));
  if (!request.mpi.empty()) script.set("MPI", shell_word(request.mpi));
  std::vector<std::string> words = command.words;
  if (!site.binds_ranks && command.threads == 0) {
    std::erase(words, "--threads=0");
    words.push_back("--threads=" + std::to_string(request.cores_per_rank.value_or(1)));
  }
  script.set_if_there("OPTIONS", array_of(words));
  if (!command.scratch.empty()) script.add_to_block("NODE_SCRATCH=" + path(command.scratch));
}

}  // namespace

JobRequest complete_request(const JobScript& script, const Site& site, const JobRequest& asked) {
  JobRequest request = asked;
  const Directives& heads = directives_of(site);
  check_number(request.nodes, "--nodes");
  check_number(request.ranks_per_node, "--ranks-per-node");
  check_number(request.cores_per_rank, "--cores-per-rank");
  if (!request.ranks_per_node) request.ranks_per_node = ranks_in(script, site);
  if (const auto cores = site.cores_of_a_rank.find(*request.ranks_per_node); cores != site.cores_of_a_rank.end()) {
    if (request.cores_per_rank && *request.cores_per_rank != cores->second)
      throw UsageError{site.title + ": so many ranks have " + std::to_string(cores->second) + " cores each",
                       "--cores-per-rank", "leave it out, or choose another --ranks-per-node"};
    request.cores_per_rank = cores->second;
  }
  if (!request.cores_per_rank) request.cores_per_rank = std::max(cores_in(script, site), 1);
  if (request.name.empty()) request.name = script.directive(heads.name).value_or("veery");
  if (request.queue.empty() && !site.queues.empty()) request.queue = script.directive(heads.queue).value_or("");
  if (request.file_systems.empty()) request.file_systems = script.directive(kFileSystems).value_or("");
  check_directive_value(request.name, "--job-name");
  check_directive_value(request.account, "--account");
  check_directive_value(request.queue, "--queue");
  check_directive_value(request.file_systems, "--filesystems");
  return request;
}

void fill_job_script(JobScript& script, const Site& site, const JobRequest& request, const JobCommand& command,
                     const JobPlaces& places) {
  const Directives& heads = directives_of(site);
  script.set_directive(heads.name, request.name);
  set_or_remove(script, heads.account, request.account);
  set_or_remove(script, heads.queue, request.queue);
  script.set_directive(heads.walltime, clock_time(request.walltime_s));
  if (!request.file_systems.empty()) script.set_directive(kFileSystems, request.file_systems);
  if (site.is_slurm) {
    set_slurm_size(script, request, command.device);
  } else {
    set_pbs_size(script, site, request, command.device);
  }
  set_block(script, site, request, command, places);
  script.add_comment("# Made by veery submit from " + printable((places.jobs / site.name).string()) + ".");
  script.replace_line("# shellcheck source=site.sh", "# shellcheck source=/dev/null");
}

}  // namespace veery
