#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/state/accusations.hpp>
#include <veery/state/started_marks.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

class AccusationsTest : public testing::Test {
 protected:
  /// A process dies over this recording.
  void die_over(const std::string& recording) {
    const pid_t child = ::fork();
    if (child == 0) {
      StartedMarks marks{folder_ / output_name::kStarted / "0.marks", 1};
      const auto mark = marks.start(recording, 60.0);
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
  }

  [[nodiscard]] bool has(std::string_view name) const { return std::filesystem::exists(folder_ / std::string{name}); }

  test::TemporaryFolder folder_;
};

TEST_F(AccusationsTest, AddUpOverRuns) {
  EXPECT_TRUE(collect_accusations(folder_.path()).empty());
  die_over("a.wav");
  EXPECT_EQ(collect_accusations(folder_.path()), (Accusations{{"a.wav", 1}}));
  EXPECT_FALSE(has(output_name::kStarted));
  die_over("b.wav");
  EXPECT_EQ(collect_accusations(folder_.path()), (Accusations{{"a.wav", 1}, {"b.wav", 1}}));
  die_over("a.wav");
  EXPECT_EQ(collect_accusations(folder_.path()), (Accusations{{"a.wav", 2}, {"b.wav", 1}}));
  EXPECT_EQ(collect_accusations(folder_.path()), (Accusations{{"a.wav", 2}, {"b.wav", 1}})) << "each mark counts once";
}

TEST_F(AccusationsTest, OnlyTheGuiltyAreKeptAtTheEnd) {
  die_over("a.wav");
  die_over("b.wav");
  Accusations all = collect_accusations(folder_.path());
  keep_accusations(folder_.path(), all, {"b.wav", "never accused.wav"});
  all = collect_accusations(folder_.path());
  EXPECT_EQ(all, (Accusations{{"b.wav", 1}}));
  keep_accusations(folder_.path(), all, {});
  EXPECT_FALSE(has(output_name::kAccused));
}

TEST_F(AccusationsTest, TravelAsText) {
  const Accusations some{{"with, comma.wav", 2}, {"=1+1.wav", 1}, {"/header/x.wav", 3}};
  EXPECT_EQ(accusations_from_text(to_text(some)), some);
  EXPECT_THROW(static_cast<void>(accusations_from_text("path,processes_died\na.wav,many\n")), Error);
  EXPECT_THROW(static_cast<void>(accusations_from_text("path,processes_died\na.wav\n")), Error);
}

}  // namespace
}  // namespace veery
