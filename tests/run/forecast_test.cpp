#include "run/forecast.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include <veery/base/staged_file.hpp>

namespace veery {
namespace {

RunPlan plan_of(const std::vector<double>& audio_s) {
  RunPlan plan;
  for (const double seconds : audio_s) {
    Recording& recording = plan.index.recordings.emplace_back();
    recording.path = "r" + std::to_string(plan.work.units.size()) + ".wav";
    recording.audio.sample_rate_hz = 1;
    recording.audio.claimed_frames = static_cast<std::int64_t>(seconds);
    WorkUnit& unit = plan.work.units.emplace_back();
    unit.number = static_cast<int>(plan.work.units.size()) - 1;
    unit.recordings = {plan.index.recordings.size() - 1};
    unit.audio_s = seconds;
  }
  return plan;
}

/// Two nodes with a rank each, and 100 s for work.
constexpr JobSize kJob{2, 1, 110.0, 10.0};

/// Of all units, as a run begins them.
Forecast forecast_of(const RunPlan& plan) {
  return make_forecast(plan.work, largest_first(plan.work), kJob, 10.0);
}

std::string said_of(const RunPlan& plan) {
  const Forecast forecast = forecast_of(plan);
  return describe_forecast(forecast, kJob) + describe_too_long(forecast, plan, kJob, 10.0);
}

TEST(Forecast, OneJobIsEnough) {
  const Forecast forecast = forecast_of(plan_of({500.0, 500.0, 400.0}));
  EXPECT_EQ(forecast.jobs, 1);
  EXPECT_DOUBLE_EQ(forecast.work_s, 90.0);
  EXPECT_DOUBLE_EQ(forecast.waiting_share.value(), 1.0 - 140.0 / 180.0);
  EXPECT_DOUBLE_EQ(forecast.node_hours, 2.0 * 90.0 / 3600.0);
  EXPECT_TRUE(forecast.too_long.empty());
}

TEST(Forecast, FurtherJobsGoOn) {
  // At one speed each rank ends one unit in a job's 100 s: the second would reach into its end.
  const Forecast forecast = forecast_of(plan_of({600.0, 600.0, 600.0, 600.0, 600.0}));
  EXPECT_EQ(forecast.jobs, 3);
  EXPECT_DOUBLE_EQ(forecast.work_s, 180.0);
  EXPECT_DOUBLE_EQ(forecast.waiting_share.value(), 1.0 - 300.0 / 360.0);
}

TEST(Forecast, WhatIsDoneAlreadyIsNotCounted) {
  const RunPlan plan = plan_of({600.0, 600.0, 600.0, 600.0, 600.0});
  const Forecast forecast = make_forecast(plan.work, {1, 3}, kJob, 10.0);
  EXPECT_EQ(forecast.jobs, 1);
  EXPECT_DOUBLE_EQ(forecast.work_s, 60.0);
}

TEST(Forecast, UnitsThatNoJobCanFinishAreNamed) {
  const RunPlan plan = plan_of({1001.0, 100.0});
  const Forecast forecast = forecast_of(plan);
  EXPECT_EQ(forecast.too_long, std::vector<int>{0});
  EXPECT_EQ(forecast.jobs, 1);
  const std::string said = said_of(plan);
  EXPECT_NE(said.find("unit 0 "), std::string::npos) << said;
  EXPECT_NE(said.find("r0.wav"), std::string::npos) << said;
  EXPECT_EQ(said.find("unit 1 "), std::string::npos) << said;
}

TEST(Forecast, FewOfManyLongUnitsAreNamed) {
  const RunPlan plan = plan_of(std::vector<double>(20, 5000.0));
  const Forecast forecast = forecast_of(plan);
  EXPECT_EQ(forecast.jobs, 0);
  EXPECT_NE(said_of(plan).find("and 15 more"), std::string::npos);
}

TEST(Forecast, EndsWhereTheJobScriptGivesUp) {
  const RunPlan plan = plan_of(std::vector<double>(500, 900.0));
  const Forecast forecast = forecast_of(plan);
  EXPECT_EQ(forecast.jobs, kMostJobs);
  EXPECT_NE(said_of(plan).find("gives up after 100"), std::string::npos);
  const std::string script = read_text(std::filesystem::path{VEERY_TEST_SOURCE_DIR} / "../../jobs/run_until_done.sh");
  EXPECT_NE(script.find("MAX_RUNS:-" + std::to_string(kMostJobs) + "}"), std::string::npos);
}

TEST(Forecast, ATrainingIsCutAnywhere) {
  const Forecast forecast = make_training_forecast(1'201, kJob, 4.0);
  EXPECT_DOUBLE_EQ(forecast.work_s, 300.25);
  EXPECT_EQ(forecast.jobs, 4);
  EXPECT_DOUBLE_EQ(forecast.node_hours, 2.0 * 300.25 / 3600.0);
  EXPECT_EQ(make_training_forecast(1'200, kJob, 4.0).jobs, 3);
  EXPECT_EQ(describe_forecast(forecast, kJob).find("waiting"), std::string::npos);
}

TEST(Forecast, ATrainingThatNoScriptWillEnd) {
  const Forecast forecast = make_training_forecast(1'000'000'000'000, kJob, 0.001);
  EXPECT_EQ(forecast.jobs, kMostJobs);
  EXPECT_NE(describe_forecast(forecast, kJob).find("in at least 100 job(s)"), std::string::npos);
}

TEST(Forecast, NothingToDo) {
  const Forecast forecast = forecast_of({});
  EXPECT_EQ(forecast.jobs, 0);
  EXPECT_EQ(forecast.waiting_share, 0.0);
}

}  // namespace
}  // namespace veery
