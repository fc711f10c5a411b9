#include <gtest/gtest.h>

#include <veery/base/recording_path.hpp>

namespace veery {
namespace {

TEST(RecordingPath, NamesLoseTheirLastExtensionOnly) {
  EXPECT_EQ(without_extension("site.1/20240601_060000.wav"), "site.1/20240601_060000");
  EXPECT_EQ(without_extension("a.b.wav"), "a.b");
  EXPECT_EQ(without_extension("site.1/name"), "site.1/name");
  EXPECT_EQ(without_extension("site/.wav"), "site/.wav");
  EXPECT_EQ(without_extension(".wav"), ".wav");
  EXPECT_EQ(without_extension("name"), "name");
}

}  // namespace
}  // namespace veery
