#include <gtest/gtest.h>

#include <veery/archive/time_sources.hpp>

namespace veery {
namespace {

using namespace std::string_literals;

std::string text_of(const std::optional<RecordingTime>& time) {
  return time ? format_time(*time) : "none";
}

std::string from_name(std::string_view name) {
  return text_of(time_from_name(name));
}

TEST(TimeFromName, ReadsWhatRecordersGive) {
  EXPECT_EQ(from_name("20240601_060000.wav"), "2024-06-01T06:00:00.000");
  EXPECT_EQ(from_name("20210201_210100T.WAV"), "2021-02-01T21:01:00.000");
  EXPECT_EQ(from_name("24526B065D325963_20200404_102500.WAV"), "2020-04-04T10:25:00.000");
  EXPECT_EQ(from_name("SM4-12_20240229_235959.flac"), "2024-02-29T23:59:59.000");
  EXPECT_EQ(from_name("S4A03895_20190522_060000.wav"), "2019-05-22T06:00:00.000");
  EXPECT_EQ(from_name("SMM01234_20210601_053000.wav"), "2021-06-01T05:30:00.000");
  EXPECT_EQ(from_name("SM2_+1_20120601_053000.wav"), "2012-06-01T05:30:00.000");
  EXPECT_EQ(from_name("SM304472_0+1_20130907$150000.wav"), "2013-09-07T15:00:00.000");
  EXPECT_EQ(from_name("SM3_20160501$043000.wav"), "2016-05-01T04:30:00.000");
  EXPECT_EQ(from_name("BATS_20160501_043000_000.wav"), "2016-05-01T04:30:00.000");
  EXPECT_EQ(from_name("BAC1_20071008-084607.wav"), "2007-10-08T08:46:07.000");
}

TEST(TimeFromName, FrontierLabsTellTheirOffsetAndStartFirst) {
  EXPECT_EQ(from_name("20190102T030405+1000_REC.flac"), "2019-01-02T03:04:05.000+10:00");
  EXPECT_EQ(from_name("20190102T030405-0330.flac"), "2019-01-02T03:04:05.000-03:30");
  EXPECT_EQ(from_name("20190102T030405+1000_20190102T040405+1000.flac"), "2019-01-02T03:04:05.000+10:00");
  EXPECT_EQ(from_name("S20240815T072337.055497+1000_E20240815T073336.984+1000_-12.34+78.98.wav"),
            "2024-08-15T07:23:37.055+10:00");
  EXPECT_EQ(from_name("20240815T072337.9996+1000.wav"), "2024-08-15T07:23:38.000+10:00");
}

TEST(TimeFromName, ANumberBehindIsNoOffset) {
  EXPECT_EQ(from_name("20190102T030405-1234.wav"), "2019-01-02T03:04:05.000") << "offsets are of quarter hours";
  EXPECT_EQ(from_name("20190102T030405-10001.wav"), "2019-01-02T03:04:05.000");
  EXPECT_EQ(from_name("20190102_030405-1000.wav"), "2019-01-02T03:04:05.000");
  EXPECT_EQ(from_name("20190102T030405.5.wav"), "2019-01-02T03:04:05.000") << "a dot before an extension";
}

TEST(TimeFromName, TakesNothingThatIsNoDate) {
  for (const auto* name :
       {"", "bird.wav", "20241301_060000.wav", "20240230_060000.wav", "20240601_240000.wav", "20240601_235960.wav",
        "20240601_066000.wav", "20240601.wav", "2024060_060000.wav", "00010101_000000.wav", "99991231_235959.wav",
        "120240601_060000.wav", "20240601_0600001.wav", "99999999999999999999_060000.wav"}) {
    EXPECT_EQ(from_name(name), "none") << name;
  }
}

TEST(TimeFromHexadecimalName, IsOfOldAudioMothsAlone) {
  EXPECT_EQ(text_of(time_from_hexadecimal_name("5CD5A2F0.WAV")), "2019-05-10T16:12:32.000Z");
  EXPECT_EQ(text_of(time_from_hexadecimal_name("5a2b3c4d.wav")), "2017-12-09T01:28:45.000Z");
  for (const auto* name : {"20240601.wav", "DEADBEEF.wav", "5CD5A2F.wav", "5CD5A2F00.wav", "5CD5A2FG.wav",
                           "+CD5A2F0.wav", "-5CD5A2F.wav", ".wav", "A_5CD5A2F0.wav"}) {
    EXPECT_EQ(text_of(time_from_hexadecimal_name(name)), "none") << name;
  }
}

TEST(TimeFromTimestamp, ReadsGuanoAndItsRelatives) {
  const auto read = [](std::string_view text) { return text_of(time_from_timestamp(text)); };
  EXPECT_EQ(read("2019-08-06T23:07:49"), "2019-08-06T23:07:49.000");
  EXPECT_EQ(read("2024-06-01T05:30:00+02:00"), "2024-06-01T05:30:00.000+02:00");
  EXPECT_EQ(read("2024-06-01T05:30:00.25-0230"), "2024-06-01T05:30:00.250-02:30");
  EXPECT_EQ(read("2024-06-01 05:30:00.123456Z"), "2024-06-01T05:30:00.123Z");
  EXPECT_EQ(read(" 2014-04-02 22:59:14-05:00\0"s), "2014-04-02T22:59:14.000-05:00");
  EXPECT_EQ(read("2024-06-01T05:30:00,5+02"), "2024-06-01T05:30:00.500+02:00");
}

TEST(TimeFromTimestamp, TakesNothingElse) {
  for (const std::string& text :
       {""s, "01/06/2024 05:30:00"s, "2024-02-31T05:30:00"s, "2024-06-01T24:00:00"s, "2016-12-31T23:59:60Z"s,
        "2024-06-01T05:30"s, "2024-06-01"s, "0001-01-01T00:00:00"s, "9999-12-31T23:59:59"s,
        "2024-06-01T05:30:00+24:00"s, "2024-06-01T05:30:00 CET"s, "2024-06-01T05:30:00."s,
        "2024-06-01T05:30:00\0+02:00"s, "99999999999999999999-01-01T00:00:00"s, std::string(1'000'000, '1'),
        "2024-06-01T05:30:00"s + std::string(9, '0')}) {
    EXPECT_EQ(text_of(time_from_timestamp(text)), "none") << text.substr(0, 40);
  }
}

std::string from_comment(std::string_view comment) {
  const CommentTime read = time_from_comment(comment);
  return read.expected ? text_of(read.time) : "not expected";
}

TEST(TimeFromComment, ReadsAudioMothsOfAllFirmware) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"Recorded at 09:32:00 04/05/2018 by AudioMoth 0FE081F80FE081F0 at gain setting 2 while battery state was 4.3V",
       "2018-05-04T09:32:00.000"},
      {"Recorded at 09:32:00 04/05/2018 (UTC) by AudioMoth 0FE081F80FE081F0 at gain setting 2 while battery state was "
       "4.3V",
       "2018-05-04T09:32:00.000Z"},
      {"Recorded at 06:00:00 31/12/2018 (UTC+5) by AudioMoth 0FE081F80FE081F0 at gain setting 2 while battery state "
       "was > 5.0V.",
       "2018-12-31T06:00:00.000+05:00"},
      {"Recorded at 06:00:00 31/12/2018 (UTC-10) by AudioMoth 0FE081F80FE081F0 at gain setting 2 while battery state "
       "was less than 3.6V. Recording cancelled before completion due to low voltage.",
       "2018-12-31T06:00:00.000-10:00"},
      {"Recorded at 06:00:00 01/02/2020 (UTC+5:30) by AudioMoth 24526B065D325963 at gain setting 2 while battery state "
       "was 4.7V.",
       "2020-02-01T06:00:00.000+05:30"},
      {"Recorded at 06:00:00 01/02/2020 (UTC-3:30) by AudioMoth 24526B065D325963 at gain setting 2 while battery state "
       "was 4.7V.",
       "2020-02-01T06:00:00.000-03:30"},
      {"Recorded at 06:00:00 01/02/2020 (UTC-0:30) by AudioMoth 24526B065D325963 at medium gain.",
       "2020-02-01T06:00:00.000-00:30"},
      {"Recorded at 21:01:00 01/02/2021 (UTC) by AudioMoth 11X111111X111111 at medium gain setting while battery state "
       "was 4.0V and temperature was 5.8C. Amplitude threshold was 160.",
       "2021-02-01T21:01:00.000Z"},
      {"Recorded at 10:00:00 28/05/2024 (UTC+1) during deployment 0123456789ABCDEF at medium gain while battery was "
       "3.8V and temperature was -12.8C. Band-pass filter with frequencies of 1.0kHz and 8.0kHz applied.",
       "2024-05-28T10:00:00.000+01:00"},
      {"Recorded at 00:00:00.125 01/01/2022 (UTC) by AudioMoth 24526B065D325963 using external microphone.",
       "2022-01-01T00:00:00.125Z"},
      {"Recorded at 10:00:00 28/05/2024 (UTC) by HydroMoth 243B1F026488F56E at low gain.", "2024-05-28T10:00:00.000Z"},
  };
  for (const auto& [comment, time] : cases) EXPECT_EQ(from_comment(comment), time) << comment;
}

TEST(TimeFromComment, OpenSoundscapeKnowsWhereItCut) {
  EXPECT_EQ(from_comment(R"(opso_metadata{"comment": "Recorded at 10:00:00 28/05/2024 (UTC) by AudioMoth 24 at",)"
                         R"( "recording_start_time": "2024-05-28T10:07:30+00:00"})"),
            "2024-05-28T10:07:30.000Z");
  EXPECT_EQ(from_comment(R"(opso_metadata{"duration": 3.0})"), "not expected");
  EXPECT_EQ(from_comment(R"(opso_metadata{"recording_start_time": null})"), "not expected");
  EXPECT_EQ(from_comment(R"(opso_metadata{"recording_start_time": 5})"), "none");
  EXPECT_EQ(from_comment("opso_metadata{{{"), "not expected");
  EXPECT_EQ(from_comment("opso_metadata" + std::string(200'000, '[')), "not expected");
}

TEST(TimeFromComment, OthersAreNotAskedAndBadOnesAreSeen) {
  EXPECT_EQ(from_comment(""), "not expected");
  EXPECT_EQ(from_comment("a nice morning"), "not expected");
  EXPECT_EQ(from_comment("Recorded at 05:00:00 01/02/2021 by me"), "not expected") << "of February or of January?";
  EXPECT_EQ(from_comment(std::string(1'000'000, 'x')), "not expected");
  for (const auto* bad :
       {"Recorded at 24:00:00 01/02/2021 (UTC) by AudioMoth 1", "Recorded at noon by AudioMoth 1",
        "Recorded at 05:00:60 01/02/2021 (UTC) by AudioMoth 1", "Recorded at 05:00:00 31/02/2021 (UTC) by AudioMoth 1",
        "Recorded at by AudioMoth", "Recorded at 05:00:00 01/02/0001 (UTC) by AudioMoth 1"}) {
    EXPECT_EQ(from_comment(bad), "none") << bad;
  }
  EXPECT_EQ(from_comment("Recorded at 05:00:00 01/02/2021 (UTC+99) by AudioMoth 1"), "2021-02-01T05:00:00.000");
}

std::string bext(std::string description, std::string date, std::string time, std::string history = {}) {
  description.resize(256);
  date.resize(10);
  time.resize(8);
  return description + std::string(64, '\0') + date + time + std::string(264, '\0') + history;
}

std::string from_bext(const std::string& bytes) {
  const BextTime read = time_from_bext(bytes);
  return read.blank ? "blank" : text_of(read.time);
}

TEST(TimeFromBext, ReadsDateAndTime) {
  EXPECT_EQ(from_bext(bext("", "2021-06-01", "05:30:00")), "2021-06-01T05:30:00.000");
  EXPECT_EQ(from_bext(bext("", "2021:06:01", "05-30-00")), "2021-06-01T05:30:00.000");
  EXPECT_EQ(from_bext(bext("at the lake (UTC)", "2021-06-01", "05:30:00")), "2021-06-01T05:30:00.000Z");
  EXPECT_EQ(from_bext(bext("clock is UTC+10:00, dry", "2021-06-01", "05:30:00")), "2021-06-01T05:30:00.000+10:00");
  EXPECT_EQ(from_bext(bext("", "2021-06-01", "05:30:00", "A=PCM,F=48000,T=UTC-0330\r\n")),
            "2021-06-01T05:30:00.000-03:30");
}

TEST(TimeFromBext, AMentionOfUtcIsNoOffset) {
  EXPECT_EQ(from_bext(bext("not in UTC", "2021-06-01", "05:30:00")), "2021-06-01T05:30:00.000");
  EXPECT_EQ(from_bext(bext("UTC+99 is nowhere", "2021-06-01", "05:30:00")), "2021-06-01T05:30:00.000");
  EXPECT_EQ(from_bext(bext("UTC-2021-06-01", "2021-06-01", "05:30:00")), "2021-06-01T05:30:00.000");
}

TEST(TimeFromBext, BlankAndBrokenOnesAreTold) {
  for (const std::string& bytes : {""s, "x"s, std::string(602, '\0'), bext("", "0000-00-00", "00:00:00"),
                                   bext("", "          ", "        "), std::string(325, ' ')}) {
    EXPECT_EQ(from_bext(bytes), "blank");
  }
  for (const std::string& bytes :
       {bext("", "2021-02-31", "05:30:00"), bext("", "2021-06-01", "24:00:00"), bext("", "2021-06-01", ""),
        bext("", "01/06/2021", "05:30:00"), bext("", "2021-06-01", "05:30:60"), bext("", "9999-12-31", "23:59:59"),
        std::string(600, '9')}) {
    EXPECT_EQ(from_bext(bytes), "none");
  }
}

std::string wamd_field(int id, const std::string& value, std::size_t size) {
  std::string bytes{static_cast<char>(id), '\0'};
  for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(size >> shift & 0xFFU);
  return bytes + value;
}

TEST(TimestampInWamd, IsItsFifthField) {
  const std::string start = "2014-04-02 22:59:14-05:00";
  const std::string bytes = wamd_field(0, "\1\0"s, 2) + wamd_field(1, "SM4", 3) + wamd_field(5, start, start.size());
  EXPECT_EQ(timestamp_in_wamd(bytes), start);
  EXPECT_FALSE(timestamp_in_wamd(bytes.substr(0, bytes.size() - 1)).has_value()) << "cut off";
  EXPECT_FALSE(timestamp_in_wamd(wamd_field(5, "2014", 0xFFFFFFFF)).has_value());
  EXPECT_FALSE(timestamp_in_wamd("").has_value());
  EXPECT_FALSE(timestamp_in_wamd(std::string(1'000, '\0')).has_value());
}

}  // namespace
}  // namespace veery
