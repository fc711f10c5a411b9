#include <gtest/gtest.h>

#include <string>

#include <veery/base/error.hpp>
#include <veery/manifest/unit_record.hpp>

#include "some_record.hpp"

namespace veery {
namespace {

TEST(UnitRecord, ComesBackUnchanged) {
  const UnitRecord record = test::some_record();
  const std::string text = unit_record_to_json(record);
  const UnitRecord read = unit_record_from_json(text);
  EXPECT_EQ(unit_record_to_json(read), text);
  EXPECT_EQ(read.text.bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(read.text.sha256, sha256_hex(text));
  EXPECT_EQ(read.recordings[0].path, record.recordings[0].path);
  EXPECT_EQ(read.lost[1].refusal.reason, Reason::truncated);
  EXPECT_EQ(read.slices[0].recording_id, record.slices[0].recording_id);
  EXPECT_EQ(read.slices[0].peak_energy, 0.1F);
  EXPECT_FALSE(read.slices[1].peak_energy.has_value());
  ASSERT_EQ(read.stems.size(), 1U);
  EXPECT_EQ(read.stems[0].residual_db, -120.25);
  EXPECT_EQ(read.stems[0].stems[1].rms_db, -20.5);
  EXPECT_FALSE(read.stems[0].stems[2].rms_db.has_value());
}

TEST(UnitRecord, TellsOfTfrecordsOnlyWhereThereAreSome) {
  UnitRecord record = test::some_record();
  EXPECT_EQ(unit_record_to_json(record).find("tfrecord"), std::string::npos);
  record.tfrecord = "birds-train.tfrecord-00000-of-00001";
  record.tfrecord_bytes = 12'345'678'901;

  const UnitRecord read = unit_record_from_json(unit_record_to_json(record));

  EXPECT_EQ(read.tfrecord, record.tfrecord);
  EXPECT_EQ(read.tfrecord_bytes, record.tfrecord_bytes);
}

TEST(UnitRecord, SurvivesADetailThatIsNotUtf8) {
  UnitRecord record = test::some_record();
  record.lost[0].refusal.detail = "caf\xe9";
  EXPECT_NO_THROW((void)unit_record_from_json(unit_record_to_json(record)));
}

TEST(UnitRecord, TheFaintestPeakComesBack) {
  UnitRecord record = test::some_record();
  record.slices[0].peak_energy = 1e-42F;
  EXPECT_EQ(unit_record_from_json(unit_record_to_json(record)).slices[0].peak_energy, 1e-42F);
}

TEST(UnitRecord, NumbersThatTheirFieldsCannotHoldAreErrors) {
  const std::string text = unit_record_to_json(test::some_record());
  const std::string rows = "\"shard_rows\":2";
  const std::size_t at = text.find(rows);
  ASSERT_NE(at, std::string::npos);
  for (const char* number : {"1e300", "2.5", "18446744073709551615", "9223372036854775807", "true", "\"2\"", "null"}) {
    std::string damaged = text;
    damaged.replace(at, rows.size(), "\"shard_rows\":" + std::string{number});
    EXPECT_THROW((void)unit_record_from_json(damaged), Error) << number;
  }
  std::string damaged = text;
  damaged.replace(text.find("\"segment_start\":0"), 17, "\"segment_start\":-1");
  EXPECT_THROW((void)unit_record_from_json(damaged), Error);
}

TEST(UnitRecord, CutTextsAreNoRecords) {
  const std::string text = unit_record_to_json(test::some_record());
  for (std::size_t length = 0; length + 2 < text.size(); length += 97) {
    EXPECT_THROW((void)unit_record_from_json(std::string_view{text}.substr(0, length)), Error) << length;
  }
}

TEST(UnitRecord, OtherKindsAndVersionsAreNoRecords) {
  const std::string text = unit_record_to_json(test::some_record());
  for (const auto& [from, to] :
       {std::pair{"veery.unit_record", "veery.manifest"}, std::pair{"\"format_version\":3", "\"format_version\":1"},
        std::pair{"\"truncated\"", "\"unheard of\""}}) {
    std::string other = text;
    other.replace(other.find(from), std::string{from}.size(), to);
    EXPECT_THROW((void)unit_record_from_json(other), Error) << to;
  }
  EXPECT_THROW((void)unit_record_from_json("[]"), Error);
  EXPECT_THROW((void)unit_record_from_json("{}"), Error);
}

}  // namespace
}  // namespace veery
