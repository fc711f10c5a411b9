// An archive of a million recordings, from the index to the manifest, without its audio. Runs under MPI.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <thread>

#include <veery/manifest/manifest.hpp>

#include "run/indexing.hpp"
#include "run/publish.hpp"
#include "run/resume.hpp"
#include "run/schedule_simulation.hpp"
#include "run/slice_rows.hpp"
#include "run/unit_feed.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic_index.hpp"

namespace veery {
namespace {

using test::world;
using Clock = std::chrono::steady_clock;

constexpr std::array kSimulatedRanks{8, 64, 1'024};
const std::vector<double> kNobody;

/// The most memory that this process has held.
double peak_memory_gb() {
  std::ifstream status{"/proc/self/status"};
  std::string word;
  while (status >> word) {
    double kib = 0.0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024.0 / 1e9;
  }
  return 0.0;
}

/// What stands for the decoding of a unit: one slice or two a recording, and now and then a cut file.
UnitRecord stub_record(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit) {
  UnitRecord record;
  record.unit = unit.number;
  record.split = unit.split;
  record.fingerprint = unit_fingerprint(plan, unit);
  for (const std::size_t i : unit.recordings) {
    const Recording& recording = plan.index.recordings[i];
    const std::int64_t claimed = recording.audio.claimed_frames;
    const std::int64_t lost = i % 500 == 0 ? claimed / 10 : 0;
    const std::int64_t slices = 1 + static_cast<std::int64_t>(i % 2);
    RecordingRow& row = record.recordings.emplace_back();
    row.path = recording.path;
    row.claimed_frames = claimed;
    row.frames_read = claimed - lost;
    row.sample_rate_hz = recording.audio.sample_rate_hz;
    row.slices = slices;
    row.slices_on_lost = lost > 0 ? 1 : 0;
    if (lost > 0) record.lost.push_back({recording.path, claimed - lost, claimed, {Reason::truncated, "cut short"}});
    for (std::int64_t s = 0; s < slices; ++s) {
      const Slice slice{s * 50'000, 192'000, std::min<std::int64_t>(192'000, claimed), Peak{60'000 + s, 100, 0.125F}};
      record.slices.push_back(to_row(describe_slice(recording, slice, options, static_cast<std::size_t>(s))));
    }
  }
  return record;
}

class Scale : public testing::Test {
 protected:
  bool leads() { return world().rank() == 0; }

  /// Every rank waits for the others, so that a step's time is the slowest rank's.
  template <typename Step>
  auto timed(const char* name, Step&& step) {
    world().barrier();
    const auto start = Clock::now();
    auto result = step();
    world().barrier();
    step_s_[name] = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
  }

  ArchiveIndex index(std::size_t count) {
    return merge_shares(world(), test::synthetic_share(count, static_cast<std::size_t>(world().rank()),
                                                       static_cast<std::size_t>(world().size())));
  }

  /// On rank 0 all records.
  std::vector<UnitRecord> deal(const RunPlan& plan, const ProcessOptions& options) {
    UnitFeed feed{world(), largest_first(plan.work), unit_audio_s(plan.work)};
    while (true) {
      feed.pump();
      const std::optional<int> unit = feed.take();
      if (!unit && feed.exhausted()) break;
      feed.request({unit.has_value()});
      if (unit) {
        feed.deliver(unit_record_to_json(stub_record(plan, options, plan.work.units[static_cast<std::size_t>(*unit)])));
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
    }
    feed.report({}, {}, true);
    while (leads() && !feed.all_finished()) feed.pump();
    std::vector<UnitRecord> records = std::move(feed.records());
    std::sort(records.begin(), records.end(), [](const UnitRecord& a, const UnitRecord& b) { return a.unit < b.unit; });
    return records;
  }

  /// The share of their time that so many ranks would wait.
  static std::vector<double> simulate(const WorkPlan& plan) {
    std::vector<double> shares;
    for (const int ranks : kSimulatedRanks)
      shares.push_back(simulate_schedule(plan, largest_first(plan), ranks, {}).waiting_share());
    return shares;
  }

  /// Seconds from the index to the manifest.
  double run(std::size_t count) {
    const test::TemporaryFolder folder;
    ProcessOptions options;
    options.output = folder / "out";
    options.dataset.shards = {false, false};
    step_s_.clear();
    ArchiveIndex merged = timed("1 index", [&] { return index(count); });
    const RunPlan plan = timed("2 plan", [&] { return make_run_plan(std::move(merged), options, nullptr); });
    options.report.quiet = true;
    Reporter reporter{options.report, leads()};
    timed("3 index.csv", [&] { return resume_run(world(), plan, options, reporter); });
    const std::vector<double> waiting = timed("4 simulation", [&] { return leads() ? simulate(plan.work) : kNobody; });
    const std::vector<UnitRecord> records = timed("5 deal and gather", [&] { return deal(plan, options); });
    const Totals totals =
        timed("6 publish", [&] { return leads() ? publish_results(options, plan, records) : Totals{}; });
    double all_s = 0.0;
    for (const auto& [name, seconds] : step_s_) all_s += seconds;
    if (!leads()) return all_s;
    EXPECT_EQ(totals.recordings + totals.refused, static_cast<std::int64_t>(count));
    EXPECT_TRUE(totals.all_accounted_for());
    EXPECT_EQ(records.size(), plan.work.units.size());
    std::printf("%zu recordings, %zu units: %.2f s, at most %.2f GB on rank 0;", count, records.size(), all_s,
                peak_memory_gb());
    for (const auto& [name, seconds] : step_s_) std::printf(" %s %.2f s;", name.substr(2).c_str(), seconds);
    for (std::size_t i = 0; i < waiting.size(); ++i)
      std::printf(" %d ranks would wait %.1f %%;", kSimulatedRanks.at(i), 100.0 * waiting[i]);
    std::printf("\n");
    std::fflush(stdout);
    waiting_ = waiting;
    return all_s;
  }

  std::vector<double> waiting_;  ///< rank 0, of the last run

 private:
  std::map<std::string, double> step_s_;
};

TEST_F(Scale, AMillionRecordingsTakeAMinuteAndTwoGigabytes) {
  run(10'000);
  const double tenth_s = run(100'000);
  const double million_s = run(1'000'000);

  if (!leads()) return;
  EXPECT_LE(million_s, 60.0);
  EXPECT_LE(peak_memory_gb(), 2.0);
  for (const double share : waiting_) EXPECT_LE(share, 0.05);
  EXPECT_LE(million_s, 15.0 * tenth_s + 1.0);
}

}  // namespace
}  // namespace veery
