#pragma once
// A job of `veery submit`, as far as it is known before anything is read of what it works on.
#include <string>

#include <veery/run/submit_options.hpp>

#include "run/fill_job_script.hpp"
#include "run/forecast.hpp"
#include "run/site.hpp"

namespace veery {

struct PreparedJob {
  Site site;
  JobRequest request;  ///< complete and checked
  JobPlaces places;
  std::string script;

  /// `time`: of the job's command.
  [[nodiscard]] JobSize size(const TimeOptions& time) const {
    return {request.nodes, request.ranks_per_node.value_or(1), request.walltime_s, time.stop_before_end_s};
  }
};

}  // namespace veery
