// What becomes of a shard on a bad disk, and of a run on a full one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/shards/shard_reader.hpp>

#include "small_dataset.hpp"
#include "support/file_size_limit.hpp"

// A file that could not be closed is left open until the process ends.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libhdf5\n";
}

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::FileSizeLimit;
using test::SmallDataset;
using test::TemporaryFolder;

void invert_byte(const fs::path& path, std::size_t at) {
  FileDescriptor file = FileDescriptor::open(path, O_RDWR);
  std::byte byte{};
  ASSERT_EQ(file.read_at(static_cast<std::int64_t>(at), {&byte, 1}), 1U);
  byte = ~byte;
  file.write_at(static_cast<std::int64_t>(at), {&byte, 1});
}

/// Inverts one byte in the middle of where `wanted` lies in the file.
void damage(const fs::path& path, std::span<const std::byte> wanted) {
  const std::string text = read_text(path);
  const std::size_t at = text.find(std::string(reinterpret_cast<const char*>(wanted.data()), wanted.size()));
  ASSERT_NE(at, std::string::npos);
  invert_byte(path, at + wanted.size() / 2);
}

TEST(ShardDamage, ADamagedRowIsNamedAndTheOthersAreRead) {
  const SmallDataset dataset{5};
  const TemporaryFolder folder;
  const ShardSummary summary = dataset.write(folder.path());
  damage(folder.path() / summary.file_name, dataset.audio(summary.order[3]));
  const ShardReader reader{folder.path() / summary.file_name};
  const std::vector<std::string> problems = reader.verify();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].starts_with("row 3: ")) << problems[0];
  std::vector<std::byte> audio(row_bytes(dataset.schema()));
  EXPECT_THROW(reader.read_audio(3, audio), Error);
  reader.read_audio(4, audio);
  EXPECT_EQ(audio, dataset.audio(summary.order[4]));
}

TEST(ShardDamage, ADamagedColumnIsNamed) {
  SmallDataset dataset{5};
  dataset.examples[2].filename = "unmistakable name";
  const TemporaryFolder folder;
  const fs::path path = folder.path() / dataset.write(folder.path()).file_name;
  damage(path, std::as_bytes(std::span{dataset.examples[2].filename}));
  const std::vector<std::string> problems = ShardReader{path}.verify();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].find("/filename"), std::string::npos) << problems[0];
}

TEST(ShardDamage, NoDamagedByteIsWorseThanAnError) {
  const SmallDataset dataset{2};
  const TemporaryFolder folder;
  const fs::path path = folder.path() / dataset.write(folder.path()).file_name;
  const auto size = static_cast<std::size_t>(fs::file_size(path));
  for (std::size_t at = 0; at < size; at += 17) {
    invert_byte(path, at);
    try {
      (void)ShardReader{path}.verify();
    } catch (const Error&) {  // as good as a list of problems
    }
    invert_byte(path, at);
  }
  EXPECT_TRUE(ShardReader{path}.verify().empty());
}

TEST(ShardDamage, ATruncatedFileIsAnError) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / SmallDataset{5}.write(folder.path()).file_name;
  const auto size = fs::file_size(path);
  for (const auto kept : {size - 1, size / 2, std::uintmax_t{100}, std::uintmax_t{0}}) {
    fs::resize_file(path, kept);
    EXPECT_THROW(ShardReader{path}, Error) << kept;
  }
}

TEST(ShardDamage, OtherFilesAreRefusedByKind) {
  const TemporaryFolder folder;
  hdf5::File file = hdf5::File::create(folder.path() / "other.h5");
  file.root().set_text("kind", "something.else");
  file.close();
  EXPECT_THROW(ShardReader{folder.path() / "other.h5"}, Error);
}

/// Fails as a full disk should, leaves nothing behind, and the same process can go on.
void expect_clean_failure(const SmallDataset& dataset, const fs::path& folder, const std::string& reason) {
  try {
    (void)dataset.write(folder);
    FAIL() << "no Error";
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find(reason), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST(ShardDamage, AFileThatMayNotGrowIsACleanError) {
  const SmallDataset dataset{50};
  // From the first bytes to the last ones: every place where HDF5 writes may fail.
  const TemporaryFolder whole;
  const auto size = fs::file_size(whole.path() / dataset.write(whole.path()).file_name);
  for (rlim_t limit = 1; limit < size; limit += size / 23) {
    SCOPED_TRACE(limit);
    const TemporaryFolder folder;
    {
      const FileSizeLimit file_size_limit{limit};
      expect_clean_failure(dataset, folder.path(), "File too large");
    }
    const ShardSummary summary = dataset.write(folder.path());
    EXPECT_TRUE(ShardReader{folder.path() / summary.file_name}.verify().empty());
  }
}

TEST(ShardDamage, AProcessEndsInOrderAfterAFailedWrite) {
  const SmallDataset dataset{50};
  const TemporaryFolder folder;
  // HDF5's own clean-up at the end of a process crashes on a file that could not be closed.
  const auto fail_and_end = [&] {
    const FileSizeLimit file_size_limit{50'000};
    expect_clean_failure(dataset, folder.path(), "File too large");
    std::exit(3);
  };
  EXPECT_EXIT(fail_and_end(), testing::ExitedWithCode(3), "");
}

TEST(ShardDamage, AFullDiskIsACleanError) {
  const TemporaryFolder folder;
  if (::mount("veery", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "cannot mount a small tmpfs: " << std::strerror(errno);
  }
  expect_clean_failure(SmallDataset{50}, folder.path(), "No space left on device");
  ::umount2(folder.path().c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace veery
