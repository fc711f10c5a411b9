#include <gtest/gtest.h>

#include <fstream>

#include <veery/archive/archive_index.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;
using test::TemporaryFolder;

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream{path}.put('x');
}

TEST(Listing, TakesAudioFilesInAnyCaseAndSkipsTheHidden) {
  const TemporaryFolder archive;
  for (const auto* name : {"b.WAV", "a/x.flac", "a/.hidden.wav", ".git/x.wav", "notes.txt", "z.rf64", "wav"})
    touch(archive / name);
  EXPECT_EQ(list_archive(archive.path()).paths, (Paths{"a/x.flac", "b.WAV", "z.rf64"}));
}

TEST(Listing, LeavesOutTheExcludedFolder) {
  const TemporaryFolder archive;
  touch(archive / "a.wav");
  touch(archive / "out/slices/b.wav");
  EXPECT_EQ(list_archive(archive.path(), archive / "out").paths, (Paths{"a.wav"}));
  EXPECT_EQ(list_archive(archive.path(), archive / "not there").paths, (Paths{"a.wav", "out/slices/b.wav"}));
}

TEST(Listing, FollowsLinksOnce) {
  const TemporaryFolder archive;
  const TemporaryFolder outside;
  touch(archive / "real/a.wav");
  touch(outside / "b.wav");
  fs::create_directory_symlink(archive.path(), archive / "real/up");
  fs::create_directory_symlink(outside.path(), archive / "link-1");
  fs::create_directory_symlink(outside.path(), archive / "link-2");
  fs::create_symlink(archive / "real/a.wav", archive / "again.wav");
  EXPECT_EQ(list_archive(archive.path()).paths, (Paths{"link-1/b.wav", "real/a.wav"}));
}

TEST(Listing, RefusesNamesThatAreNotUtf8) {
  const TemporaryFolder archive;
  touch(archive / fs::path{"caf\xe9.wav"});
  const Listing listing = list_archive(archive.path());
  EXPECT_TRUE(listing.paths.empty());
  ASSERT_EQ(listing.refused.size(), 1U);
  EXPECT_EQ(listing.refused[0].path, "caf\xe9.wav");
  EXPECT_EQ(listing.refused[0].refusal.reason, Reason::not_utf8);
}

TEST(Listing, AMissingArchiveIsAUsageError) {
  EXPECT_THROW((void)list_archive("/nowhere/at/all"), UsageError);
}

TEST(Listing, ListsArePathsBelowTheArchive) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "archive");
  publish_text(folder / "list",
               "b.wav\r\n\n./a/../a.wav\n" + (folder / "archive/b.wav").string() + "\n../c.wav\n/d.wav\n");
  const Listing listing = list_from_file(folder / "archive", folder / "list");
  EXPECT_EQ(listing.paths, (Paths{"a.wav", "b.wav"}));
  ASSERT_EQ(listing.refused.size(), 2U);
  for (const RefusedRecording& row : listing.refused) EXPECT_EQ(row.refusal.reason, Reason::outside_archive);
}

TEST(Listing, ListsMayBeSeparatedByNul) {
  const TemporaryFolder folder;
  publish_text(folder / "list", std::string{"two\nlines.wav\0b.wav", 19});
  EXPECT_EQ(list_from_file(folder.path(), folder / "list").paths, (Paths{"b.wav", "two\nlines.wav"}));
}

TEST(Listing, AMissingListIsAUsageError) {
  const TemporaryFolder folder;
  EXPECT_THROW((void)list_from_file(folder.path(), folder / "list"), UsageError);
}

}  // namespace
}  // namespace veery
