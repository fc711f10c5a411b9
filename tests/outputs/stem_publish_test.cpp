#include <gtest/gtest.h>

#include <limits>
#include <string>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "small_stems.hpp"
#include "support/file_size_limit.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::kStemFormats;
using test::noise_stems;
using test::publish_stems;
using test::Stems;
using test::TemporaryFolder;

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    if (!entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(StemFilesPublishing, WhatIsNotPublishedLeavesNothing) {
  for (const StemFormat format : kStemFormats) {
    const TemporaryFolder folder;
    {
      StemFiles files{{folder / "out", folder.path(), format}, test::small_parent(), test::small_separation(2)};
      files.write(noise_stems(2, 100'000, 0.5));
      for (const std::string& name : files_in(folder.path())) EXPECT_TRUE(is_staged(name)) << name;
    }
    EXPECT_TRUE(files_in(folder.path()).empty());
  }
}

TEST(StemFilesPublishing, NanAndInfinityNeverReachAFile) {
  for (const StemFormat format : kStemFormats) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
      const TemporaryFolder folder;
      {
        StemFiles files{{folder / "out", folder.path(), format}, test::small_parent(), test::small_separation(2)};
        Stems stems = noise_stems(2, 100, 0.5);
        stems[1][50] = bad;
        try {
          files.write(stems);
          ADD_FAILURE() << "no Error";
        } catch (const Error& error) {
          const std::string what = error.what();
          EXPECT_NE(what.find("source 1"), std::string::npos) << what;
          EXPECT_NE(what.find("SITE/20240601_060000.wav"), std::string::npos) << what;
        }
      }
      EXPECT_TRUE(files_in(folder.path()).empty());
    }
  }
}

TEST(StemFilesPublishing, StemsMustFitTogether) {
  const TemporaryFolder folder;
  StemFiles files{{folder / "out", folder.path(), StemFormat::flac16}, test::small_parent(), test::small_separation(2)};
  EXPECT_THROW(files.write(noise_stems(3, 10, 0.5)), Error);
  EXPECT_THROW(files.write(Stems{std::vector<float>(5), std::vector<float>(6)}), Error);
  EXPECT_THROW(files.write(Stems{}), Error);
}

TEST(StemFilesPublishing, AFullDiskLeavesNoStem) {
  const Stems stems = noise_stems(2, 70'000, 0.5);
  for (const StemFormat format : kStemFormats) {
    // The samples wait in a file of 560,000 bytes; the HDF5 file made from it is a little larger.
    std::vector<rlim_t> limits{1, 5'000, 100'000, 250'000};
    if (format == StemFormat::hdf5) limits.push_back(561'000);
    for (const rlim_t limit : limits) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(format) << " within " << limit);
      const TemporaryFolder folder;
      try {
        const test::FileSizeLimit file_size_limit{limit};
        (void)publish_stems(folder, format, stems);
        ADD_FAILURE() << "no Error";
      } catch (const Error& error) {
        EXPECT_NE(std::string{error.what()}.find("File too large"), std::string::npos) << error.what();
      }
      EXPECT_TRUE(files_in(folder.path()).empty());
    }
    const TemporaryFolder folder;
    EXPECT_EQ(publish_stems(folder, format, stems).samples, 70'000) << "the process can go on";
  }
}

TEST(StemFilesPublishing, AStemThatCannotBeShownIsAnError) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "out/stems/SITE/20240601_060000_source1.flac/in the way");
  EXPECT_THROW((void)publish_stems(folder, StemFormat::flac16, noise_stems(2, 100, 0.5)), Error);
  for (const std::string& name : files_in(folder.path())) EXPECT_FALSE(is_staged(name)) << name;
}

}  // namespace
}  // namespace veery
