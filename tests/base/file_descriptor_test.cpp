#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) != -1;
}

std::string text_at(const FileDescriptor& file, std::int64_t offset, std::size_t count) {
  std::string text(count, '?');
  text.resize(file.read_at(offset, std::as_writable_bytes(std::span{text})));
  return text;
}

class FileDescriptorTest : public testing::Test {
 protected:
  FileDescriptorTest() { publish_text(path_, "twenty bytes of text"); }
  test::TemporaryFolder folder_;
  fs::path path_ = folder_ / "file";
};

TEST_F(FileDescriptorTest, ReadsFromAnOffset) {
  const FileDescriptor file = FileDescriptor::open(path_, O_RDONLY);

  EXPECT_EQ(file.size(), 20);
  EXPECT_EQ(text_at(file, 7, 5), "bytes");
}

TEST_F(FileDescriptorTest, ReadsLessAtTheEnd) {
  const FileDescriptor file = FileDescriptor::open(path_, O_RDONLY);

  EXPECT_EQ(text_at(file, 16, 100), "text");
  EXPECT_EQ(text_at(file, 1000, 100), "");
}

TEST_F(FileDescriptorTest, WritesBeyondTheEndLeaveZeros) {
  FileDescriptor file = FileDescriptor::open(path_, O_RDWR);
  file.write_at(22, std::as_bytes(std::span{std::string_view{"end"}}));

  EXPECT_EQ(text_at(file, 16, 100), std::string("text\0\0end", 9));
}

TEST_F(FileDescriptorTest, MissingFileIsAnErrorWithItsPath) {
  try {
    (void)FileDescriptor::open(folder_ / "missing", O_RDONLY);
    FAIL() << "a missing file was opened";
  } catch (const Error& error) {
    EXPECT_NE(std::string_view{error.what()}.find("missing"), std::string_view::npos) << error.what();
  }
}

TEST_F(FileDescriptorTest, WritingToAReadOnlyDescriptorIsAnError) {
  FileDescriptor file = FileDescriptor::open(path_, O_RDONLY);

  EXPECT_THROW(file.write_at(0, std::as_bytes(std::span{std::string_view{"x"}})), Error);
}

TEST_F(FileDescriptorTest, ClosesWhenItGoes) {
  int number = -1;
  {
    const FileDescriptor file = FileDescriptor::open(path_, O_RDONLY);
    number = file.get();
    ASSERT_TRUE(is_open(number));
  }

  EXPECT_FALSE(is_open(number));
}

TEST_F(FileDescriptorTest, MovingHandsTheDescriptorOver) {
  FileDescriptor first = FileDescriptor::open(path_, O_RDONLY);
  const int number = first.get();

  const FileDescriptor second = std::move(first);

  EXPECT_EQ(second.get(), number);
  EXPECT_EQ(text_at(second, 0, 6), "twenty");
}

TEST_F(FileDescriptorTest, ReadsThatMayPassAreTriedAgainAndCounted) {
  // Nothing is mapped at address 0: reading there is a real EIO, every time.
  const FileDescriptor file = FileDescriptor::open("/proc/self/mem", O_RDONLY, {4, std::chrono::milliseconds{1}, 2});

  try {
    (void)text_at(file, 0, 10);
    FAIL() << "read unmapped memory";
  } catch (const SystemError& error) {
    EXPECT_EQ(error.error_number(), EIO);
    EXPECT_EQ(error.cause(), "Input/output error");
    EXPECT_NE(std::string_view{error.what()}.find("/proc/self/mem"), std::string_view::npos) << error.what();
  }
  EXPECT_EQ(file.retries(), 3);
}

TEST_F(FileDescriptorTest, OtherFailuresAreFinal) {
  const FileDescriptor folder = FileDescriptor::open(folder_.path(), O_RDONLY);

  EXPECT_THROW((void)text_at(folder, 0, 10), SystemError);
  EXPECT_EQ(folder.retries(), 0);
}

TEST_F(FileDescriptorTest, OpensByNameInAFolder) {
  const FileDescriptor folder = FileDescriptor::open(folder_.path(), O_RDONLY | O_DIRECTORY);

  EXPECT_EQ(text_at(FileDescriptor::open_in(folder, "file", O_RDONLY), 0, 6), "twenty");
  EXPECT_THROW((void)FileDescriptor::open_in(folder, "missing", O_RDONLY), SystemError);
}

TEST_F(FileDescriptorTest, TemporaryFileHasNoName) {
  const fs::path empty = folder_ / "empty";
  fs::create_directory(empty);

  FileDescriptor file = FileDescriptor::open_temporary(empty);
  file.write_at(0, std::as_bytes(std::span{std::string_view{"kept"}}));

  EXPECT_EQ(text_at(file, 0, 10), "kept");
  EXPECT_TRUE(fs::is_empty(empty));
}

TEST_F(FileDescriptorTest, TemporaryFileInAMissingFolderIsAnErrorWithItsPath) {
  try {
    (void)FileDescriptor::open_temporary(folder_ / "nowhere");
    FAIL() << "a temporary file was made in a missing folder";
  } catch (const Error& error) {
    EXPECT_NE(std::string_view{error.what()}.find("nowhere"), std::string_view::npos) << error.what();
  }
}

TEST(MayPass, WhatAFileServerSaysWhileItIsAway) {
  for (const int cause : {EIO, ESTALE, ENOTCONN, ESHUTDOWN}) EXPECT_TRUE(may_pass(cause)) << cause;
  for (const int cause : {ENOENT, EACCES, EISDIR}) EXPECT_FALSE(may_pass(cause)) << cause;
}

}  // namespace
}  // namespace veery
