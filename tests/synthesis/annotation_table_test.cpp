#include <gtest/gtest.h>

#include <veery/base/csv.hpp>
#include <veery/synthesis/annotation_table.hpp>

namespace veery {
namespace {

TEST(AnnotationTable, HasPerchsColumnsFirst) {
  const BirdCall call{.species = "synchi",
                      .start_s = 1.25,
                      .end_s = 1.5,
                      .low_hz = 3000.0,
                      .high_hz = 6000.04,
                      .level_dbfs = -12.345,
                      .snr_db = 20.0,
                      .distance_m = 16.0};
  const std::vector<AnnotatedRecording> recordings{{"a, b.flac", {call}}, {"silent.flac", {}}};
  EXPECT_EQ(
      annotation_table(recordings),
      "Filename,Start Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),Species eBird Code,Level (dBFS),SNR (dB)\n"
      "\"a, b.flac\",1.2500,1.5000,3000.0,6000.0,synchi,-12.35,20.00\n");
}

TEST(AnnotationTable, ReadsBack) {
  SoundscapeOptions options;
  const auto calls = plan_calls(options, 0);
  const auto rows = parse_csv(annotation_header() + annotation_rows("x.flac", calls));
  ASSERT_EQ(rows.size(), calls.size() + 1);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    ASSERT_EQ(rows[i + 1].size(), 8U);
    EXPECT_NEAR(std::stod(rows[i + 1][1]), calls[i].start_s, 1e-4);
    EXPECT_EQ(rows[i + 1][5], calls[i].species);
  }
}

}  // namespace
}  // namespace veery
