#include "run/watch_journal.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include <veery/base/error.hpp>
#include <veery/outputs/output_tree.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

constexpr const char* kOptions = R"({"interval":"6s"})";

class WatchJournalTest : public ::testing::Test {
 protected:
  [[nodiscard]] WatchJournal open(const std::string& options = kOptions) const {
    return WatchJournal{folder_.path(), options};
  }
  void add(const std::string& text) const {
    std::ofstream{folder_.path() / output_name::kWatch, std::ios::app | std::ios::binary} << text;
  }

  test::TemporaryFolder folder_;
};

TEST_F(WatchJournalTest, KnowsWhatIsFinished) {
  {
    WatchJournal journal = open();
    EXPECT_EQ(journal.find("a/b.wav"), nullptr);
    journal.append({"a/b.wav", 12, -3, 0xfedcba9876543210, false, {"slices/a/b_t00001.000.flac"}});
    journal.append({"c\n\u00e9.wav", 1, 2, 3, true, {}});
  }
  const WatchJournal journal = open();
  ASSERT_EQ(journal.size(), 2U);
  const WatchJournal::Known* const known = journal.find("a/b.wav");
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->bytes, 12);
  EXPECT_EQ(known->mtime_ns, -3);
  EXPECT_EQ(known->xxh3, 0xfedcba9876543210);
  EXPECT_FALSE(known->refused);
  EXPECT_EQ(journal.files_of(*known), std::vector<std::string>{"slices/a/b_t00001.000.flac"});
  ASSERT_NE(journal.find("c\n\u00e9.wav"), nullptr);
  EXPECT_TRUE(journal.find("c\n\u00e9.wav")->refused);
}

TEST_F(WatchJournalTest, TheLastLineOfARecordingCounts) {
  WatchJournal journal = open();
  journal.append({"a.wav", 1, 1, 1, false, {"old"}});
  journal.append({"a.wav", 2, 2, 2, false, {"new"}});
  EXPECT_EQ(journal.size(), 1U);
  EXPECT_EQ(journal.find("a.wav")->bytes, 2);
  EXPECT_EQ(journal.files_of(*journal.find("a.wav")), std::vector<std::string>{"new"});
}

TEST_F(WatchJournalTest, TheSecondOfAStemKeepsItsExtension) {
  WatchJournal journal = open();
  journal.append({"x/a.wav", 1, 1, 1, false, {}});
  EXPECT_FALSE(journal.keeps_extension("x/a.wav"));
  EXPECT_TRUE(journal.keeps_extension("x/a.flac"));
  EXPECT_FALSE(journal.keeps_extension("y/a.flac"));
}

TEST_F(WatchJournalTest, TornAndDamagedLinesAreDoneAgain) {
  open().append({"a.wav", 1, 1, 1, false, {}});
  add("{\"path\":17}\n\n{\"path\":\"torn.wav\",\"bytes\":1");
  WatchJournal journal = open();
  EXPECT_EQ(journal.size(), 1U);
  EXPECT_EQ(journal.damaged(), 2U);
  journal.append({"b.wav", 1, 1, 1, false, {}});
  EXPECT_EQ(open().size(), 2U);
  EXPECT_EQ(open().find("torn.wav"), nullptr);
}

TEST_F(WatchJournalTest, OtherOptionsAreRefusedByName) {
  static_cast<void>(open());
  try {
    static_cast<void>(open(R"({"interval":"5s"})"));
    FAIL() << "taken";
  } catch (const UsageError& problem) {
    EXPECT_NE(std::string{problem.what()}.find("--interval was 6s and is 5s"), std::string::npos) << problem.what();
  }
}

TEST_F(WatchJournalTest, AnotherFileIsNoJournal) {
  add("hello\n");
  EXPECT_THROW(static_cast<void>(open()), Error);
}

TEST(FinishedRecording, IsFoundInALineOfResults) {
  const auto finished = finished_from_text(
      R"({"path":"a.wav","bytes":5,"mtime_ns":7,"xxh3":"000000000000000a","refused":"empty","files":[{"path":"f"}]})");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->path, "a.wav");
  EXPECT_EQ(finished->xxh3, 10U);
  EXPECT_TRUE(finished->refused);
  EXPECT_EQ(finished->files, std::vector<std::string>{"f"});
  EXPECT_FALSE(finished_from_text("{\"path\":\"a.wav\"}"));
  EXPECT_FALSE(finished_from_text("no JSON"));
}

}  // namespace
}  // namespace veery
