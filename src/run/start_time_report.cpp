#include "run/start_time_report.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <veery/base/text.hpp>

namespace veery {
namespace {

/// What a remark means, behind "3 recordings: ".
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kMeanings{{
    {remark::kNameUnmatched, "--time-pattern does not fit the name"},
    {remark::kSourceMissing, "no time where --time-source looks, so none is known"},
    {remark::kUnreadable, "a time in the metadata can't be read"},
    {remark::kRepeated, "began in an hour that comes twice in --time-zone; the offset is not known"},
    {remark::kSkipped, "began, by its clock, in an hour that --time-zone passes over; the offset is not known"},
    {remark::kOutsideZone, "began when --time-zone is not known (before 1970 or after 2037)"},
    {remark::kMetadataLeftOut, "metadata are too large or can't be read, and were not looked at"},
    {remark::kSiteUnmatched, "--site-pattern does not fit the path, so the folder is the site"},
}};

class Tally {
 public:
  void add(const Recording& recording) {
    if (count_++ == 0) first_ = &recording;
  }
  void report(std::string_view meaning, std::vector<std::string>& warnings) const {
    if (count_ == 0) return;
    warnings.push_back(std::to_string(count_) + (count_ == 1 ? " recording: " : " recordings: ") +
                       std::string{meaning} + " (index.csv; first: " + printable(first_->path) + ")");
  }

 private:
  std::size_t count_ = 0;
  const Recording* first_ = nullptr;
};

}  // namespace

std::vector<std::string> start_time_warnings(const ArchiveIndex& index, SplitBy split_by) {
  Tally conflicts;
  Tally without_day;
  std::array<Tally, kMeanings.size()> remarks;
  for (const Recording& recording : index.recordings) {
    if (!recording.start_conflicts.empty()) conflicts.add(recording);
    if (!recording.start && split_by == SplitBy::day) without_day.add(recording);
    if (recording.remarks.empty()) continue;
    for (std::size_t i = 0; i < kMeanings.size(); ++i) {
      if (recording.remarks.find(kMeanings.at(i).first) != std::string::npos) remarks.at(i).add(recording);
    }
  }
  std::vector<std::string> warnings;
  conflicts.report("sources of their start time disagree; --time-source decides", warnings);
  for (std::size_t i = 0; i < kMeanings.size(); ++i) remarks.at(i).report(kMeanings.at(i).second, warnings);
  without_day.report("no start time, so --split-by day takes each by itself", warnings);
  return warnings;
}

}  // namespace veery
