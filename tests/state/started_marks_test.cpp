#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include <veery/base/error.hpp>
#include <veery/state/started_marks.hpp>

#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"

namespace veery {
namespace {

using Paths = std::vector<std::string>;

class StartedMarksTest : public testing::Test {
 protected:
  /// What a process leaves that does `work` and is killed then.
  Paths accused_after(const std::function<void(StartedMarks&)>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      StartedMarks marks{file_, 3};
      work(marks);
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, &status_, 0);
    return accused_by(file_);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "started" / "0.marks";
  int status_ = 0;
};

TEST_F(StartedMarksTest, AProcessThatIsKilledLeavesWhatItHadInWork) {
  const Paths accused = accused_after([](StartedMarks& marks) {
    { const auto done = marks.start("done.wav", 60.0); }
    static const auto first = marks.start("a, \"b\"\nc.wav", 60.0);
    static const auto second = marks.start("d/e.flac", 60.0);
  });
  EXPECT_EQ(accused, (Paths{"a, \"b\"\nc.wav", "d/e.flac"}));
}

TEST_F(StartedMarksTest, OneThatWasAskedToEndAccusesNobody) {
  EXPECT_TRUE(accused_after([](StartedMarks& marks) {
                static const auto mark = marks.start("a.wav", 60.0);
                marks.absolve();
              }).empty());
}

TEST_F(StartedMarksTest, TheAccusedIsGuiltyAlone) {
  EXPECT_EQ(accused_after([](StartedMarks& marks) {
              static const auto first = marks.start("a.wav", 60.0);
              static const auto second = marks.start("b.wav", 60.0);
              marks.accuse("b.wav");
              marks.absolve();
            }),
            Paths{"b.wav"});
}

TEST_F(StartedMarksTest, ACrashAccusesTheRecordingOfItsThread) {
  const Paths accused = accused_after([](StartedMarks& marks) {
    mark_crashes();
    static const auto mark = marks.start("innocent.wav", 60.0);
    std::thread{[&] {
      const auto own = marks.start("bad.wav", 60.0);
      std::raise(SIGSEGV);
    }}.join();
  });
  EXPECT_EQ(accused, Paths{"bad.wav"});
  ASSERT_TRUE(WIFSIGNALED(status_));
  EXPECT_EQ(WTERMSIG(status_), SIGSEGV) << "the signal still does what it did";
}

TEST_F(StartedMarksTest, MoreThanThePlacesAreNotMarked) {
  EXPECT_EQ(accused_after([](StartedMarks& marks) {
              static const auto a = marks.start("a.wav", 60.0);
              static const auto b = marks.start("b.wav", 60.0);
              static const auto c = marks.start("c.wav", 60.0);
              static const auto d = marks.start("d.wav", 60.0);
            }),
            (Paths{"a.wav", "b.wav", "c.wav"}));
}

TEST_F(StartedMarksTest, AnOrderlyEndLeavesNoFile) {
  { StartedMarks marks{file_, 1}; }
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(StartedMarksTest, KnowsWhatIsInWorkAndWhatIsLate) {
  StartedMarks marks{file_, 2};
  const auto patient = marks.start("patient.wav", 60.0);
  EXPECT_FALSE(marks.late());
  std::optional<InWork> late;
  {
    const auto hasty = marks.start("hasty.wav", 0.0);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    EXPECT_EQ(marks.in_work().size(), 2U);
    late = marks.late();
  }
  ASSERT_TRUE(late);
  EXPECT_EQ(late->recording, "hasty.wav");
  EXPECT_EQ(marks.in_work().size(), 1U);
}

TEST_F(StartedMarksTest, WhatCanNotBeMarkedHoldsNoPlace) {
  StartedMarks marks{file_, 1};
  {
    const test::FileSizeLimit full_disk{0};
    EXPECT_THROW(static_cast<void>(marks.start("a.wav", 0.0)), Error);
  }
  EXPECT_TRUE(marks.in_work().empty());
  const auto mark = marks.start("b.wav", 60.0);
  EXPECT_EQ(accused_by(file_), Paths{"b.wav"});
}

TEST_F(StartedMarksTest, ADamagedFileAccusesNobody) {
  for (const std::string& text :
       {std::string{}, std::string(8192, 's'), std::string(20000, 'g'), std::string(8193, 's'),
        std::string(8192, '-') + "s99999999999999999999 x", std::string(8192, 'a') + "s5 ab"}) {
    std::filesystem::create_directories(file_.parent_path());
    std::ofstream{file_} << text;
    EXPECT_TRUE(accused_by(file_).empty()) << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace veery
