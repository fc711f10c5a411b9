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

TEST(UnitRecord, SurvivesADetailThatIsNotUtf8) {
  UnitRecord record = test::some_record();
  record.lost[0].refusal.detail = "caf\xe9";
  EXPECT_NO_THROW((void)unit_record_from_json(unit_record_to_json(record)));
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
       {std::pair{"veery.unit_record", "veery.manifest"}, std::pair{"\"format_version\": 2", "\"format_version\": 1"},
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
