#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <veery/base/error.hpp>
#include <veery/base/scratch_folder.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

class ScratchFolderTest : public testing::Test {
 protected:
  [[nodiscard]] std::set<std::string> names_here() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder_.path()}) names.insert(entry.path().filename().string());
    return names;
  }

  /// The name of what a killed process leaves, with a file in it.
  [[nodiscard]] std::string abandoned() const {
    const std::set<std::string> before = names_here();
    const pid_t child = ::fork();
    if (child == 0) {
      const ScratchFolder folder{folder_.path()};
      std::ofstream{folder.path() / "shard.h5"} << "rows";
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    for (const std::string& name : names_here()) {
      if (!before.contains(name)) return name;
    }
    return {};
  }

  test::TemporaryFolder folder_;
};

TEST_F(ScratchFolderTest, GoesWithTheFilesInIt) {
  {
    const ScratchFolder folder{folder_.path()};
    std::ofstream{folder.path() / "shard.h5"} << "rows";
    EXPECT_EQ(folder.path().parent_path(), folder_.path());
  }

  EXPECT_TRUE(names_here().empty());
}

TEST_F(ScratchFolderTest, WhatAKilledProcessLeftIsRemoved) {
  ASSERT_FALSE(abandoned().empty());

  remove_abandoned_scratch_folders(folder_.path());

  EXPECT_TRUE(names_here().empty());
}

TEST_F(ScratchFolderTest, WhatIsInUseStays) {
  const ScratchFolder folder{folder_.path()};
  std::ofstream{folder.path() / "shard.h5"} << "rows";

  remove_abandoned_scratch_folders(folder_.path());

  EXPECT_TRUE(fs::exists(folder.path() / "shard.h5"));
}

TEST_F(ScratchFolderTest, WhatIsNoScratchFolderStays) {
  const std::string name = abandoned();
  const std::string other_host = "veery-scratch-another-" + name.substr(name.size() - 10);
  for (const std::string& other : {other_host, name + "7", name.substr(0, name.size() - 6) + "results",
                                   std::string{"veery-2024-summer"}, std::string{"veery-AbCdEf"}})
    fs::create_directory(folder_ / other);
  const std::string file = name.substr(0, name.size() - 6) + "aFile0";
  std::ofstream{folder_ / file} << "text";
  std::set<std::string> others = names_here();
  others.erase(name);

  remove_abandoned_scratch_folders(folder_.path());

  EXPECT_EQ(names_here(), others);
}

TEST_F(ScratchFolderTest, AFolderInsideKeepsIt) {
  const std::string name = abandoned();
  fs::create_directory(folder_ / name / "notes");

  remove_abandoned_scratch_folders(folder_.path());

  EXPECT_TRUE(fs::exists(folder_ / name / "notes"));
}

TEST_F(ScratchFolderTest, NothingToCleanIsNoError) {
  EXPECT_NO_THROW(remove_abandoned_scratch_folders(folder_ / "nowhere"));
  EXPECT_THROW(ScratchFolder{folder_ / "nowhere"}, SystemError);
}

}  // namespace
}  // namespace veery
