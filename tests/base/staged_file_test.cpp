#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

class StagedFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::set<std::string> names_here() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder_.path()}) names.insert(entry.path().filename().string());
    return names;
  }
  test::TemporaryFolder folder_;
  fs::path path_ = folder_ / "shard.h5";
};

TEST_F(StagedFileTest, IsVisibleOnlyOncePublished) {
  StagedFile staged{path_};
  write(staged.path(), "rows");
  EXPECT_FALSE(fs::exists(path_));

  staged.publish();

  EXPECT_EQ(read_text(path_), "rows");
  EXPECT_EQ(names_here(), std::set<std::string>{"shard.h5"});
}

TEST_F(StagedFileTest, LeavesNothingBehindUnpublished) {
  {
    const StagedFile staged{path_};
    write(staged.path(), "half a row");
  }

  EXPECT_TRUE(names_here().empty());
}

TEST_F(StagedFileTest, UnpublishedLeavesTheEarlierFileAlone) {
  publish_text(path_, "earlier");
  {
    const StagedFile staged{path_};
    write(staged.path(), "half a row");
  }

  EXPECT_EQ(read_text(path_), "earlier");
}

TEST_F(StagedFileTest, PublishReplacesTheEarlierFile) {
  publish_text(path_, "earlier and longer");

  publish_text(path_, "later");

  EXPECT_EQ(read_text(path_), "later");
}

TEST_F(StagedFileTest, RemovesTheLeftoverOfAKilledRun) {
  const fs::path leftover = folder_ / ".shard.h5.staged";
  write(leftover, "from a killed run");

  const StagedFile staged{path_};

  EXPECT_EQ(staged.path(), leftover);
  EXPECT_FALSE(fs::exists(leftover));
}

TEST_F(StagedFileTest, CreatesMissingParents) {
  publish_text(folder_ / "a" / "b" / "file", "text");

  EXPECT_EQ(read_text(folder_ / "a" / "b" / "file"), "text");
}

TEST_F(StagedFileTest, ParentThatIsAFileIsAnErrorWithThePath) {
  write(path_, "not a folder");
  try {
    const StagedFile staged{path_ / "file"};
    FAIL() << "staged below a file";
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find(path_.string()), std::string::npos) << error.what();
  }
}

TEST_F(StagedFileTest, FailedPublishIsAnErrorWithThePathAndLeavesNothing) {
  fs::create_directories(path_ / "occupied");
  {
    StagedFile staged{path_};
    write(staged.path(), "rows");
    try {
      staged.publish();
      FAIL() << "replaced a folder that is not empty";
    } catch (const Error& error) {
      EXPECT_NE(std::string{error.what()}.find(path_.string()), std::string::npos) << error.what();
    }
  }

  EXPECT_EQ(names_here(), std::set<std::string>{"shard.h5"});
}

TEST_F(StagedFileTest, PublishingWhatWasNeverWrittenIsAnError) {
  StagedFile staged{path_};

  EXPECT_THROW(staged.publish(), Error);
}

TEST_F(StagedFileTest, TextKeepsEveryByte) {
  const std::string text("zero \0 and \r\n stay", 18);

  publish_text(path_, text);

  EXPECT_EQ(read_text(path_), text);
}

TEST_F(StagedFileTest, APipeIsReadToItsEnd) {
  const std::string text(300'000, 'x');  // more than a pipe holds
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  std::thread writer{[&] {
    std::ofstream{"/dev/fd/" + std::to_string(ends[1])} << text;
    ::close(ends[1]);
  }};

  const std::string got = read_text("/dev/fd/" + std::to_string(ends[0]));

  writer.join();
  ::close(ends[0]);
  EXPECT_TRUE(got == text) << got.size();
}

TEST_F(StagedFileTest, AFileThatTellsNoSizeIsReadToItsEnd) {
  EXPECT_FALSE(read_text("/proc/self/status").empty());
}

TEST_F(StagedFileTest, AnEmptyFileIsAnEmptyText) {
  write(path_, "");

  EXPECT_EQ(read_text(path_), "");
}

TEST_F(StagedFileTest, ReadingAMissingFileIsAnErrorWithThePath) {
  try {
    (void)read_text(path_);
    FAIL() << "read a missing file";
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find(path_.string()), std::string::npos) << error.what();
  }
}

TEST(IsStaged, KnowsItsOwnNamesOnly) {
  EXPECT_TRUE(is_staged("out/.shard.h5.staged"));
  EXPECT_FALSE(is_staged("out/shard.h5.staged"));
  EXPECT_FALSE(is_staged("out/.hidden"));
  EXPECT_FALSE(is_staged(".run.staged/shard.h5"));
}

}  // namespace
}  // namespace veery
