#pragma once
// What is to be said of an archive's start times as a whole; index.csv has it of each recording.
#include <string>
#include <vector>

#include <veery/archive/archive_index.hpp>
#include <veery/archive/work_plan.hpp>

namespace veery {

/// One sentence for each kind of thing that is in doubt, with how many recordings it concerns and the first of them.
[[nodiscard]] std::vector<std::string> start_time_warnings(const ArchiveIndex& index, SplitBy split_by);

}  // namespace veery
