#pragma once
// What a site takes and what it refuses: jobs/SITE/site.json, which the tests of the job scripts read too.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <veery/run/submit_options.hpp>

namespace veery {

/// The folder with the sites' scripts: `asked`, else share/veery/jobs beside the folder of `program`, else that of the
/// source tree in which `program` was built. Absolute. Throws UsageError when none of them is one.
[[nodiscard]] std::filesystem::path find_jobs_folder(const std::filesystem::path& asked,
                                                     const std::filesystem::path& program);

/// The least and the most.
template <typename Number>
struct Range {
  Number least{};
  Number most{};
  [[nodiscard]] bool holds(Number value) const { return least <= value && value <= most; }
};

/// A size of job that a queue takes.
struct QueueRoute {
  Range<int> nodes;
  Range<double> walltime_s;
};

struct Site {
  std::string name;       ///< its folder
  std::string title;      ///< "Polaris (ALCF)"
  std::string source;     ///< of the limits; empty: there are none
  bool is_slurm = false;  ///< else PBS
  bool account_is_mandatory = false;
  bool binds_ranks = true;                ///< to cores of their own: then they know how many threads to start
  std::optional<int> gpus_per_node;       ///< none: not known
  std::map<int, int> cores_of_a_rank;     ///< by the ranks on a node; empty: any number, as asked for
  std::vector<std::string> file_systems;  ///< empty: the scheduler isn't told
  std::map<std::string, std::vector<QueueRoute>> queues;  ///< empty: not known

  [[nodiscard]] const char* submit_program() const { return is_slurm ? "sbatch" : "qsub"; }
  [[nodiscard]] const char* script_extension() const { return is_slurm ? ".sbatch" : ".pbs"; }
};

/// Throws UsageError naming the sites there are when `name` is none of them, Error for a table that can't be used.
[[nodiscard]] Site read_site(const std::filesystem::path& jobs, const std::string& name);
[[nodiscard]] Site site_from_json(const std::string& name, const std::string& json);

/// Throws UsageError with the rule and its source for what the site would refuse, or let wait for ever. `request` is
/// whole: what was not asked for is filled in. `device`: to separate on; empty: nothing is separated.
void check_request(const Site& site, const JobRequest& request, const std::string& device);

}  // namespace veery
