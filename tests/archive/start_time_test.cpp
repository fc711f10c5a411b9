#include <gtest/gtest.h>

#include <veery/archive/start_time.hpp>

namespace veery {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

AudioMetadata with_guano(std::string_view timestamp) {
  AudioMetadata metadata;
  metadata.guano.set("Timestamp", timestamp);
  return metadata;
}

AudioMetadata with_comment(const std::string& when) {
  AudioMetadata metadata;
  metadata.texts["comment"] = "Recorded at " + when + " by AudioMoth 24526B065D325963 at gain setting 2";
  return metadata;
}

StartTimeOptions in_zone(const std::string& zone) {
  StartTimeOptions options;
  options.zone = load_time_zone(zone);
  return options;
}

StartTime start_of(std::string_view name, const AudioMetadata& metadata, const StartTimeOptions& options = {},
                   std::int64_t duration_ms = kHourMs) {
  return decide_start(time_claims(name, metadata, options), options, duration_ms);
}

std::string text_of(const StartTime& start) {
  return start.time ? format_time(*start.time) : "none";
}

TEST(StartTime, AloneANameIsLocal) {
  const StartTime start = start_of("20240601_053000.wav", {});
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000");
  EXPECT_EQ(start.from, "name");
  EXPECT_EQ(start.conflicts + start.remarks, "");
}

TEST(StartTime, WithoutAnySourceThereIsNone) {
  const StartTime start = start_of("bird.wav", {}, in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start) + start.from + start.conflicts + start.remarks, "none");
}

TEST(StartTime, SourcesThatAgreeCompleteEachOther) {
  StartTime start = start_of("20240601_053000.WAV", with_comment("05:30:01 01/06/2024 (UTC+2)"));
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000+02:00");
  EXPECT_EQ(start.from, "name+comment");
  EXPECT_EQ(start.conflicts, "");
  start = start_of("20240601T053000+0200.flac", with_guano("2024-06-01T03:30:00Z"));
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000+02:00");
  EXPECT_EQ(start.from, "name");
  EXPECT_EQ(start.conflicts, "");
}

TEST(StartTime, TwoSecondsAreNoConflictAndMoreAre) {
  EXPECT_EQ(start_of("20240601_053000.wav", with_guano("2024-06-01T05:30:02")).conflicts, "");
  EXPECT_EQ(start_of("20240601_053000.wav", with_guano("2024-06-01T05:30:02.001")).conflicts,
            "guano 2024-06-01T05:30:02.001");
}

TEST(StartTime, ConflictsAreToldAndTheFirstSourceIsUsed) {
  AudioMetadata metadata = with_comment("03:30:00 01/06/2024 (UTC)");
  metadata.guano.set("Timestamp", "2024-06-01T05:30:00+02:00");
  const StartTime start = start_of("20240601_093000.wav", metadata);
  EXPECT_EQ(text_of(start), "2024-06-01T09:30:00.000") << "no offset is taken from who disagrees";
  EXPECT_EQ(start.from, "name");
  EXPECT_EQ(start.conflicts, "guano 2024-06-01T05:30:00.000+02:00; comment 2024-06-01T03:30:00.000Z");
}

TEST(StartTime, OffsetsThatDisagreeAreAConflict) {
  AudioMetadata metadata = with_comment("05:30:00 01/06/2024 (UTC)");
  metadata.guano.set("Timestamp", "2024-06-01T05:30:00+02:00");
  const StartTime start = start_of("20240601_053000.wav", metadata);
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000+02:00");
  EXPECT_EQ(start.from, "name+guano");
  EXPECT_EQ(start.conflicts, "comment 2024-06-01T05:30:00.000Z");
}

TEST(StartTime, TheSourceThatIsAskedForDecides) {
  StartTimeOptions options;
  options.source = TimeSource::guano;
  StartTime start = start_of("20240601_093000.wav", with_guano("2024-06-01T05:30:00"), options);
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000");
  EXPECT_EQ(start.from, "guano");
  EXPECT_EQ(start.conflicts, "name 2024-06-01T09:30:00.000");
  start = start_of("20240601_093000.wav", {}, options);
  EXPECT_EQ(text_of(start), "none") << "the name is not taken in its place";
  EXPECT_EQ(start.remarks, "source_missing");
  options.source = TimeSource::name;
  start = start_of("20240601_053000.wav", with_comment("05:30:00 01/06/2024 (UTC)"), options);
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000") << "nor is another's offset";
}

TEST(StartTime, MetadataThatCantBeReadAreTold) {
  EXPECT_EQ(start_of("20240601_053000.wav", with_guano("first of June")).remarks, "unreadable_time");
  EXPECT_EQ(start_of("20240601_053000.wav", with_guano("first of June")).from, "name");
}

TEST(StartTime, AZoneGivesTheOffset) {
  StartTime start = start_of("20240601_053000.wav", {}, in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000-05:00");
  EXPECT_EQ(start.from, "name+zone");
  start = start_of("20240601_053000.wav", {}, in_zone("+10:00"));
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000+10:00");
}

TEST(StartTime, AmbiguousHoursStayLocal) {
  StartTime start = start_of("20241103_013000.wav", {}, in_zone("America/Chicago"), 4 * kHourMs);
  EXPECT_EQ(text_of(start), "2024-11-03T01:30:00.000");
  EXPECT_EQ(start.from, "name");
  EXPECT_EQ(start.remarks, "repeated_hour");
  EXPECT_TRUE(start.clock_changes.empty());
  start = start_of("20240310_023000.wav", {}, in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start), "2024-03-10T02:30:00.000");
  EXPECT_EQ(start.remarks, "skipped_hour");
  start = start_of("20500601_023000.wav", {}, in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start), "2050-06-01T02:30:00.000");
  EXPECT_EQ(start.remarks, "outside_zone");
}

TEST(StartTime, MetadataCanTellWhichOfTwoHours) {
  const StartTime start =
      start_of("20241103_013000.wav", with_comment("01:30:00 03/11/2024 (UTC-6)"), in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start), "2024-11-03T01:30:00.000-06:00");
  EXPECT_EQ(start.remarks + start.conflicts, "");
}

TEST(StartTime, AZoneThatContradictsMetadataIsAConflict) {
  const StartTime start =
      start_of("20240601_053000.wav", with_comment("05:30:00 01/06/2024 (UTC)"), in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000Z");
  EXPECT_EQ(start.from, "name+comment");
  EXPECT_EQ(start.conflicts, "zone 2024-06-01T05:30:00.000-05:00");
  EXPECT_TRUE(start.clock_changes.empty());
}

TEST(StartTime, SecondsSince1970AreShownInTheZone) {
  StartTime start = start_of("5CD5A2F0.WAV", {});
  EXPECT_EQ(text_of(start), "2019-05-10T16:12:32.000Z");
  start = start_of("5CD5A2F0.WAV", {}, in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start), "2019-05-10T11:12:32.000-05:00");
  EXPECT_EQ(start.from, "name+zone");
  EXPECT_EQ(start.conflicts, "");
}

TEST(StartTime, TheZoneReconcilesLocalAndUtc) {
  const StartTime start =
      start_of("20240601_053000.wav", with_guano("2024-06-01T10:30:00Z"), in_zone("America/Chicago"));
  EXPECT_EQ(text_of(start), "2024-06-01T05:30:00.000-05:00");
  EXPECT_EQ(start.from, "name+zone");
  EXPECT_EQ(start.conflicts, "");
}

TEST(StartTime, ClocksChangeWithinADay) {
  const StartTime start = start_of("20241102_120000.wav", {}, in_zone("America/Chicago"), 24 * kHourMs);
  EXPECT_EQ(text_of(start), "2024-11-02T12:00:00.000-05:00");
  EXPECT_EQ(start.clock_changes, (std::vector<ClockChange>{{14 * kHourMs, -360}}));
  EXPECT_EQ(format_time(time_after(*start.time, start.clock_changes, 24 * kHourMs)), "2024-11-03T11:00:00.000-06:00");
}

TEST(StartTime, APatternIsTheOnlyFormOfNames) {
  StartTimeOptions options;
  options.pattern.emplace("%y%m%d_%H%M%S");
  EXPECT_EQ(text_of(start_of("A_171106_190725.wav", {}, options)), "2017-11-06T19:07:25.000");
  const StartTime other = start_of("20171106_190725.wav", {}, options);
  EXPECT_EQ(text_of(other), "none");
  EXPECT_EQ(other.remarks, "name_unmatched");
}

TEST(StartTime, ChunksOfRecordersCount) {
  AudioMetadata metadata;
  std::string bext(602, '\0');
  bext.replace(320, 18, "2021-06-0105:30:00");
  metadata.chunks.push_back({"bext", bext});
  StartTime start = start_of("bird.wav", metadata);
  EXPECT_EQ(text_of(start) + " " + start.from, "2021-06-01T05:30:00.000 bext");
  const std::string stamp = "2021-06-01 05:30:00+10:00";
  metadata.chunks.push_back(
      {"wamd", std::string{"\5\0", 2} + static_cast<char>(stamp.size()) + std::string(3, '\0') + stamp});
  start = start_of("SMM_20210601_053000.wav", metadata);
  EXPECT_EQ(text_of(start) + " " + start.from + start.conflicts, "2021-06-01T05:30:00.000+10:00 name+wamd");
}

}  // namespace
}  // namespace veery
