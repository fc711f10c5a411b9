#include <gtest/gtest.h>
#include <protozero/pbf_reader.hpp>

#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/shards/tfrecord.hpp>
#include <veery/training/event_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

std::vector<std::string> records_of(const std::filesystem::path& path) {
  std::vector<std::string> records;
  TfrecordReader reader{path};
  for (std::string payload; reader.next(payload);) records.push_back(payload);
  return records;
}

TEST(EventFile, BeginsWithItsVersion) {
  const test::TemporaryFolder folder;
  const EventFile file{folder.path() / "events", 1000.5, "node1"};

  EXPECT_EQ(file.path().filename(), "events.out.tfevents.1001.node1.0");
  const auto records = records_of(file.path());
  ASSERT_EQ(records.size(), 1U);
  protozero::pbf_reader event{records[0]};
  ASSERT_TRUE(event.next(1));
  EXPECT_EQ(event.get_double(), 1000.5);
  ASSERT_TRUE(event.next(3));
  EXPECT_EQ(event.get_string(), "brain.Event:2");
}

TEST(EventFile, AScalarIsAValueOfAStep) {
  const test::TemporaryFolder folder;
  EventFile file{folder.path(), 0.0, "node1"};

  file.add_scalar(12.0, 34, "validation/loss", -5.5F);

  const auto records = records_of(file.path());
  ASSERT_EQ(records.size(), 2U) << "at once, while the file is open";
  protozero::pbf_reader event{records[1]};
  ASSERT_TRUE(event.next(2));
  EXPECT_EQ(event.get_int64(), 34);
  ASSERT_TRUE(event.next(5));
  protozero::pbf_reader summary{event.get_message()};
  ASSERT_TRUE(summary.next(1));
  protozero::pbf_reader value{summary.get_message()};
  ASSERT_TRUE(value.next(1));
  EXPECT_EQ(value.get_string(), "validation/loss");
  ASSERT_TRUE(value.next(2));
  EXPECT_EQ(value.get_float(), -5.5F);
}

TEST(EventFile, ARunThatContinuesBeginsAnother) {
  const test::TemporaryFolder folder;
  const EventFile first{folder.path(), 7.0, "node1"};
  const EventFile second{folder.path(), 7.0, "node1"};

  EXPECT_EQ(second.path().filename(), "events.out.tfevents.7.node1.1");
}

TEST(EventFile, AFolderThatCannotBeIsAnError) {
  EXPECT_THROW((EventFile{"/proc/none", 0.0, "node1"}), Error);
}

}  // namespace
}  // namespace veery
