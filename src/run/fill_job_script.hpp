#pragma once
// What was asked of a job, in its script.
#include <filesystem>

#include <veery/run/submit_options.hpp>

#include "run/job_script.hpp"
#include "run/site.hpp"

namespace veery {

/// Where things are, absolute.
struct JobPlaces {
  std::filesystem::path jobs;     ///< the folder with the sites' scripts
  std::filesystem::path script;   ///< the one to be written
  std::filesystem::path program;  ///< veery
};

/// `request` with what the site's script and table say where nothing was asked for. Throws UsageError for values that a
/// directive can't hold.
[[nodiscard]] JobRequest complete_request(const JobScript& script, const Site& site, const JobRequest& request);

/// `request` is complete and checked.
void fill_job_script(JobScript& script, const Site& site, const JobRequest& request, const JobCommand& command,
                     const JobPlaces& places);

}  // namespace veery
