#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/shards/tfrecord.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

using test::TemporaryFolder;

const std::vector<std::string> kPayloads{"first", "", std::string(70'000, 'z'), std::string("\0\xFF", 2)};

std::string file_of(const std::vector<std::string>& payloads) {
  std::string bytes;
  for (const std::string& payload : payloads) append_tfrecord(bytes, payload);
  return bytes;
}

/// Not flushed to the device: there are hundreds.
void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

std::vector<std::string> read_all(const std::filesystem::path& path) {
  TfrecordReader reader{path};
  std::vector<std::string> payloads;
  for (std::string payload; reader.next(payload);) payloads.push_back(payload);
  return payloads;
}

TEST(Tfrecord, IsReadBackInOrder) {
  const TemporaryFolder folder;
  write(folder / "a.tfrecord", file_of(kPayloads));
  EXPECT_EQ(read_all(folder / "a.tfrecord"), kPayloads);
  const TfrecordTotals totals = check_tfrecords(folder / "a.tfrecord");
  EXPECT_EQ(totals.records, 4);
  EXPECT_EQ(totals.payload_bytes, 5 + 70'000 + 2);
}

TEST(Tfrecord, AnEmptyFileHasNoRecords) {
  const TemporaryFolder folder;
  write(folder / "a.tfrecord", "");
  EXPECT_TRUE(read_all(folder / "a.tfrecord").empty());
}

TEST(Tfrecord, EveryFlippedBitIsNoticed) {
  const TemporaryFolder folder;
  const std::string whole = file_of({"some bytes", "more"});
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    write(folder / "a.tfrecord", damaged);
    EXPECT_THROW(read_all(folder / "a.tfrecord"), Error) << bit;
  }
}

TEST(Tfrecord, EveryCutIsNoticedButBetweenRecords) {
  const TemporaryFolder folder;
  const std::string whole = file_of({"some bytes", "more"});
  const std::size_t first = file_of({"some bytes"}).size();
  for (std::size_t length = 1; length < whole.size(); ++length) {
    write(folder / "a.tfrecord", whole.substr(0, length));
    if (length == first) {
      EXPECT_EQ(read_all(folder / "a.tfrecord").size(), 1U);
    } else {
      EXPECT_THROW(read_all(folder / "a.tfrecord"), Error) << length;
    }
  }
}

TEST(Tfrecord, AProblemNamesFileAndRecord) {
  const TemporaryFolder folder;
  std::string bytes = file_of({"a", "b", "c"});
  bytes[bytes.size() - 5] = 'd';
  write(folder / "a.tfrecord", bytes);
  try {
    read_all(folder / "a.tfrecord");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find("a.tfrecord, record 2"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace veery
