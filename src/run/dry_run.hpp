#pragma once
#include <string>

#include "run/unit_work.hpp"

namespace veery {

/// The plan as people read it: per rank recordings, hours, slices expected, bytes to be written, memory bound.
/// Units go to ranks as they would if all worked at one speed; what part of their time ranks then wait is told too.
[[nodiscard]] std::string describe_plan(const RunPlan& plan, const ProcessOptions& options, int ranks);

}  // namespace veery
