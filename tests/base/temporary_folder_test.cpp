#include <gtest/gtest.h>

#include <fstream>

#include <veery/base/error.hpp>
#include <veery/base/temporary_folder.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

TEST(TemporaryFolder, IsOursAloneAndGoesWithAllInIt) {
  fs::path path;
  {
    const TemporaryFolder folder;
    const TemporaryFolder other;
    path = folder.path();
    EXPECT_NE(path, other.path());
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    std::ofstream{path / "file"} << "text";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, NeedsAFolderToBeIn) {
  EXPECT_THROW(TemporaryFolder{"/nowhere"}, Error);
}

}  // namespace
}  // namespace veery
