#include <gtest/gtest.h>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/state/lease.hpp>
#include <veery/state/status_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

RunStatus half_way() {
  RunStatus status;
  status.units = 10;
  status.units_done = 4;
  status.audio_s = 36'000.0;
  status.audio_done_s = 18'000.0;
  status.speed = 180.0;
  status.bad = 2.0;
  status.ranks = {{"node1", 0.0, 2.0, 9'000.0, {"A/x.wav"}}, {"node\x1b[2J", 3.0, 2.0, 9'000.0, {}}};
  return status;
}

class StatusFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string said(bool as_json = false) const { return describe_status(folder_.path(), as_json); }
  void expect_said(const std::string& text) const { EXPECT_NE(said().find(text), std::string::npos) << said(); }

  test::TemporaryFolder folder_;
};

TEST_F(StatusFileTest, TellsOfARunInProgress) {
  const Lease lease{folder_.path(), {}};
  StatusFile{folder_.path(), "node1"}.running(half_way());
  expect_said("running on node1");
  expect_said("4 of 10 units, 5.00 of 10.00 h, 180x real time, 2 bad, 1m40s left");
  expect_said("rank 0 on node1: 2 units, 2.50 h");
  expect_said("A/x.wav");
  EXPECT_EQ(said().find('\x1b'), std::string::npos);
}

TEST_F(StatusFileTest, TellsOfATrainingInSteps) {
  const Lease lease{folder_.path(), {}};
  StatusFile{folder_.path(), "node1"}.running(TrainingStatus{1'000, 250, 24, 4.0});
  EXPECT_EQ(said().substr(said().find('\n') + 1), "250 of 1000 steps, 4.00 views/s, 1h15m00s left\n");
  EXPECT_NE(said(true).find("\"steps_done\": 250"), std::string::npos);
  EXPECT_EQ(said().find("units"), std::string::npos);
}

TEST_F(StatusFileTest, TellsOfARunThatDied) {
  StatusFile{folder_.path(), "node1"}.running(half_way());
  expect_said("died without a word on node1");
}

TEST_F(StatusFileTest, TellsHowARunEnded) {
  StatusFile{folder_.path(), "node1"}.running(half_way());
  note_end(folder_.path(), 75, "the walltime is over");
  expect_said("stopped at ");
  expect_said("with exit code 75: the walltime is over");
  expect_said("4 of 10 units");
  note_end(folder_.path(), 3, "");
  expect_said("done at ");
  note_end(folder_.path(), 1, "cannot write: No space left on device");
  expect_said("failed at ");
  EXPECT_NE(said(true).find("\"exit_code\": 1"), std::string::npos);
}

TEST_F(StatusFileTest, TellsOfADoneRunNoTimeThatIsLeft) {
  StatusFile{folder_.path(), "node1"}.running(half_way());
  note_end(folder_.path(), 3, "");

  expect_said("180x real time, 2 bad\n");
  EXPECT_EQ(said().find("left"), std::string::npos) << said();
}

TEST_F(StatusFileTest, TellsOfADoneRunThatHadNothingToDo) {
  RunStatus status = half_way();
  status.units_done = status.units;
  status.audio_done_s = status.audio_s;
  status.speed = status.bad = 0.0;
  StatusFile{folder_.path(), "node1"}.running(status);
  publish_text(folder_ / std::string{output_name::kQuarantine},
               "path,begin_frame,end_frame,seconds,reason,detail\nA,,,,empty,\nB,0,1,1,damaged,\nB,2,3,1,damaged,\n");
  note_end(folder_.path(), 3, "");

  expect_said("\n10 of 10 units, 10.00 of 10.00 h, 2 bad\n");
}

TEST_F(StatusFileTest, TellsOfADoneTrainingNoTimeThatIsLeft) {
  StatusFile{folder_.path(), "node1"}.running(TrainingStatus{1'000, 1'000, 24, 4.0});
  note_end(folder_.path(), 0, "");
  expect_said("\n1000 of 1000 steps, 4.00 views/s\n");

  StatusFile{folder_.path(), "node1"}.running(TrainingStatus{1'000, 1'000, 24, 0.0});
  note_end(folder_.path(), 0, "");
  expect_said("\n1000 of 1000 steps\n");
}

TEST_F(StatusFileTest, TellsNoTimeBelowZero) {
  const Lease lease{folder_.path(), {}};
  RunStatus status = half_way();
  status.audio_done_s = status.audio_s + 0.5;
  StatusFile{folder_.path(), "node1"}.running(status);

  expect_said("2 bad, 0.0s left\n");
}

TEST_F(StatusFileTest, IsNotDueAtOnceAgain) {
  StatusFile status{folder_.path(), "node1"};
  EXPECT_TRUE(status.is_due());
  status.running(half_way());
  EXPECT_FALSE(status.is_due());
}

TEST_F(StatusFileTest, SaysWhenThereIsNone) {
  EXPECT_THROW(static_cast<void>(said()), Error);
  note_end(folder_.path(), 0, "");  // nothing to add to
  EXPECT_THROW(static_cast<void>(said()), Error);
  for (const char* text : {"", "{}", "[1", "{\"kind\": \"veery.status\", \"state\": \"running\"}"}) {
    publish_text(folder_ / std::string{output_name::kStatus}, text);
    EXPECT_THROW(static_cast<void>(said()), Error) << text;
  }
}

}  // namespace
}  // namespace veery
