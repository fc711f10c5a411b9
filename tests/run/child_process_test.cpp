#include "run/child_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/temporary_folder.hpp>

namespace veery {
namespace {

constexpr double kLongS = 60.0;

pid_t start_bash(const std::string& script, const std::filesystem::path& output = "/dev/null") {
  return start_child({"bash", {"bash", "-c", script}, {}, output, output});
}

TEST(ChildProcess, TellsHowItEnded) {
  const int status = wait_for_child(start_bash("exit 7"), kLongS).value_or(-1);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  const int killed = wait_for_child(start_bash("kill -SEGV $$"), kLongS).value_or(0);
  ASSERT_TRUE(WIFSIGNALED(killed));
  EXPECT_EQ(signal_name(WTERMSIG(killed)), "SIGSEGV");
}

TEST(ChildProcess, IsKilledWhenItTakesTooLongOrIsDropped) {
  EXPECT_EQ(wait_for_child(start_bash("sleep 60"), 0.05), std::nullopt);
  EXPECT_EQ(wait_for_child(start_bash("sleep 60"), kLongS, [] { return true; }), std::nullopt);
}

TEST(ChildProcess, WhatItSaysGoesIntoTheFile) {
  const TemporaryFolder folder;
  const std::filesystem::path said = folder.path() / "said";
  EXPECT_EQ(wait_for_child(start_bash("echo out; echo err >&2", said), kLongS), 0);
  EXPECT_EQ(wait_for_child(start_bash("read -r line || echo nothing to read", said), kLongS), 0);
  EXPECT_EQ(read_text(said), "out\nerr\nnothing to read\n");
}

TEST(ChildProcess, WordsAreNeitherSplitNorCarriedOut) {
  const TemporaryFolder folder;
  const std::filesystem::path said = folder.path() / "said";
  const std::string word = "$(touch x) `y` \" ' \\ \n*";
  EXPECT_EQ(wait_for_child(start_child({"printf", {"printf", "%s", word}, {}, said}), kLongS), 0);
  EXPECT_EQ(read_text(said), word);
}

TEST(ChildProcess, HasTheEnvironmentThatItIsGiven) {
  const TemporaryFolder folder;
  const std::filesystem::path said = folder.path() / "said";
  EXPECT_EQ(wait_for_child(start_child({"env", {"env"}, {"ONLY=this"}, said}), kLongS), 0);
  EXPECT_EQ(read_text(said), "ONLY=this\n");
}

TEST(ChildProcess, AProgramThatIsNotThereIsNamed) {
  try {
    static_cast<void>(start_child({"no-such-program", {"no-such-program"}, {}}));
    FAIL();
  } catch (const SystemError& failure) {
    EXPECT_NE(std::string{failure.what()}.find("no-such-program"), std::string::npos);
  }
}

}  // namespace
}  // namespace veery
