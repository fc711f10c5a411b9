#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <string>

#include <veery/base/error.hpp>
#include <veery/base/output_folder.hpp>

#include "support/file_size_limit.hpp"
#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

std::set<std::string> everything_below(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    names.insert(fs::relative(entry.path(), folder).string());
  }
  return names;
}

class OutputFolderTest : public testing::Test {
 protected:
  /// The message of the refusal.
  std::string refused(const OutputFolder& output, const std::string& name) {
    try {
      output.publish_text(name, "text");
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << name << " was published";
    return {};
  }

  test::TemporaryFolder folder_;
  fs::path root_ = folder_ / "out";
  fs::path outside_ = folder_ / "outside";
  OutputFolder output_{root_};
};

TEST_F(OutputFolderTest, MakesTheFoldersOfAName) {
  output_.publish_text("units/more/00001.json", "text");

  EXPECT_EQ(read_text(root_ / "units/more/00001.json"), "text");
  EXPECT_EQ(everything_below(root_), (std::set<std::string>{"units", "units/more", "units/more/00001.json"}));
  EXPECT_EQ(output_.path("units/x"), root_ / "units/x");
}

TEST_F(OutputFolderTest, AdoptsAFileOnceAndForAll) {
  const fs::path built = folder_ / "work" / "clip.flac";
  publish_text(built, "samples");

  output_.adopt(built, "clips/a.flac");
  output_.adopt(built, "clips/a.flac");

  EXPECT_EQ(read_text(root_ / "clips/a.flac"), "samples");
  EXPECT_FALSE(fs::exists(built));
}

TEST_F(OutputFolderTest, WhatCanNotBeAdoptedStaysWhereItWas) {
  const fs::path built = folder_ / "work" / "clip.flac";
  publish_text(built, "the only copy");
  fs::create_directories(root_ / "clips/a.flac/occupied");
  fs::create_directory(outside_);
  fs::create_directory_symlink(outside_, root_ / "linked");

  EXPECT_THROW(output_.adopt(built, "clips/a.flac"), Error);
  EXPECT_THROW(output_.adopt(built, "linked/a.flac"), Error);

  EXPECT_EQ(read_text(built), "the only copy");
  EXPECT_TRUE(fs::is_empty(outside_));
}

TEST_F(OutputFolderTest, ReplacesWhatIsThere) {
  output_.publish_text("file", "earlier and longer");
  output_.publish_text("file", "later");

  EXPECT_EQ(read_text(root_ / "file"), "later");
}

TEST_F(OutputFolderTest, NamesThatLeaveTheFolderAreErrors) {
  for (const std::string name : {"../x", "a/../../x", "a/..", "/etc/x", "", "a//b", "./x", "a/"}) {
    EXPECT_NE(refused(output_, name).find("not the name of a file"), std::string::npos) << name;
    EXPECT_THROW((void)output_.path(name), Error) << name;
    EXPECT_THROW((void)output_.below(name), Error) << name;
  }
  EXPECT_EQ(everything_below(folder_.path()), std::set<std::string>{});
}

TEST_F(OutputFolderTest, NoLinkLeadsOutside) {
  fs::create_directories(outside_);
  fs::create_directories(root_ / "real");
  fs::create_directory_symlink(outside_, root_ / "linked");
  fs::create_symlink(outside_ / "victim", root_ / "real/file");

  EXPECT_NE(refused(output_, "linked/file").find((root_ / "linked").string()), std::string::npos);
  EXPECT_NE(refused(output_, "linked/deeper/file").find("symbolic link"), std::string::npos);
  EXPECT_NE(refused(output_.below("linked"), "file").find((root_ / "linked").string()), std::string::npos);
  EXPECT_NE(refused(output_, "real/file").find((root_ / "real/file").string()), std::string::npos);
  EXPECT_TRUE(fs::is_empty(outside_));
}

TEST_F(OutputFolderTest, ALinkInPlaceOfAStagedFileIsReplaced) {
  publish_text(outside_ / "victim", "mine");
  fs::create_directories(root_);
  fs::create_symlink(outside_ / "victim", root_ / ".file.staged");

  output_.publish_text("file", "text");

  EXPECT_EQ(read_text(outside_ / "victim"), "mine");
  EXPECT_EQ(read_text(root_ / "file"), "text");
}

TEST_F(OutputFolderTest, TheRootMayBeALink) {
  fs::create_directories(outside_);
  fs::create_directory_symlink(outside_, root_);

  output_.publish_text("a/file", "text");

  EXPECT_EQ(read_text(outside_ / "a/file"), "text");
}

TEST_F(OutputFolderTest, FilesHaveTheModeThatTheUmaskLeaves) {
  fs::create_directories(outside_);
  const mode_t before = ::umask(027);
  output_.publish_text("a/file", "text");
  OutputFolder{root_, outside_}.publish_text("a/copied", "text");
  ::umask(before);

  for (const char* const name : {"a/file", "a/copied"}) {
    EXPECT_EQ(fs::status(root_ / name).permissions(), fs::perms{0640}) << name;
  }
  EXPECT_EQ(fs::status(root_ / "a").permissions(), fs::perms{0750});
}

TEST_F(OutputFolderTest, BuildsInTheScratchFolder) {
  fs::create_directories(outside_);
  const OutputFolder output{root_, outside_};
  const std::string text(20'000'000, 'x');  // more than is copied at once
  {
    StagedFile staged = output.below("a").stage("file");
    staged.create().write_at(0, std::as_bytes(std::span{text}));
    EXPECT_EQ(staged.path().parent_path().parent_path(), outside_);
    EXPECT_EQ(everything_below(root_), std::set<std::string>{"a"});
    staged.publish();
  }

  EXPECT_TRUE(read_text(root_ / "a/file") == text);
  EXPECT_EQ(everything_below(root_), (std::set<std::string>{"a", "a/file"}));
  EXPECT_TRUE(fs::is_empty(outside_));
}

TEST_F(OutputFolderTest, FailureLeavesNothingInEitherFolder) {
  fs::create_directories(outside_);
  for (const OutputFolder& output : {OutputFolder{root_}, OutputFolder{root_, outside_}}) {
    StagedFile staged = output.stage("file");
    staged.create().write_at(0, std::as_bytes(std::span{std::string_view{"more than four bytes"}}));
    fs::create_directories(root_ / "file/occupied");

    EXPECT_THROW(staged.publish(), Error);
    fs::remove_all(root_ / "file");
  }

  EXPECT_TRUE(fs::is_empty(root_));
  EXPECT_TRUE(fs::is_empty(outside_));
}

TEST_F(OutputFolderTest, AFullDiskWhileCopyingIsAnErrorWithThePath) {
  fs::create_directories(outside_);
  StagedFile staged = OutputFolder{root_, outside_}.stage("file");
  staged.create().write_at(0, std::as_bytes(std::span{std::string_view{"more than four bytes"}}));

  const test::FileSizeLimit limit{4};
  try {
    staged.publish();
    FAIL() << "published more than there was room for";
  } catch (const Error& error) {
    EXPECT_NE(std::string_view{error.what()}.find((root_ / ".file.staged").string()), std::string_view::npos)
        << error.what();
  }
}

TEST_F(OutputFolderTest, AMissingScratchFolderIsAnErrorWithItsPath) {
  const std::string said = refused({root_, folder_ / "nowhere"}, "file");

  EXPECT_NE(said.find((folder_ / "nowhere").string()), std::string::npos) << said;
}

}  // namespace
}  // namespace veery
