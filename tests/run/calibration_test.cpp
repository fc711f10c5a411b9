#include "run/calibration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "synthetic_index.hpp"

namespace veery {
namespace {

TEST(Calibration, TheOrderHasEachRecordingOnceAndIsTheSameEachTime) {
  ArchiveIndex index = test::synthetic_share(1'000);
  sort_index(index);
  const std::vector<std::size_t> order = calibration_order(index);
  EXPECT_EQ(std::set<std::size_t>(order.begin(), order.end()).size(), index.recordings.size());
  EXPECT_EQ(calibration_order(index), order);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
}

TEST(Calibration, TheFirstAreASampleOfTheArchive) {
  ArchiveIndex index = test::synthetic_share(20'000);
  sort_index(index);
  const std::vector<std::size_t> order = calibration_order(index);
  double all_s = 0.0;
  double first_s = 0.0;
  std::set<std::string> sites;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Recording& recording = index.recordings[order[i]];
    all_s += recording.claimed_s() / static_cast<double>(order.size());
    if (i >= 1'000) continue;
    first_s += recording.claimed_s() / 1'000.0;
    sites.insert(recording.site);
  }
  EXPECT_NEAR(first_s, all_s, 0.2 * all_s);
  EXPECT_EQ(sites.size(), 20U);
}

TEST(Calibration, OtherRecordingsDoNotChangeTheOrder) {
  ArchiveIndex index = test::synthetic_share(100);
  sort_index(index);
  ArchiveIndex fewer = index;
  fewer.recordings.erase(fewer.recordings.begin() + 50);
  std::vector<std::string> of_all;
  for (const std::size_t i : calibration_order(index))
    if (i != 50) of_all.push_back(index.recordings[i].path);
  std::vector<std::string> of_fewer;
  for (const std::size_t i : calibration_order(fewer)) of_fewer.push_back(fewer.recordings[i].path);
  EXPECT_EQ(of_fewer, of_all);
}

}  // namespace
}  // namespace veery
