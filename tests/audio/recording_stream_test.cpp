#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/audio/recording_stream.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"
#include "wav_bytes.hpp"

namespace veery {
namespace {

using test::TemporaryFolder;
using test::wav_bytes;
using test::WavFields;

struct Streamed {
  std::vector<float> samples;
  std::vector<LostRange> lost;
  std::int64_t frames_read = 0;
  bool left_rest = false;
};

Streamed stream(const std::string& bytes, const StreamOptions& options = {}, std::size_t piece_size = 10'000) {
  const TemporaryFolder folder;
  publish_text(folder / "x.wav", bytes);
  auto opened = RecordingStream::open(folder / "x.wav", options);
  auto& recording = std::get<RecordingStream>(opened);
  Streamed result;
  std::vector<float> piece(piece_size);
  while (const std::size_t count = recording.read(piece))
    result.samples.insert(result.samples.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  EXPECT_EQ(recording.read(piece), 0U);
  result.lost = recording.lost();
  result.frames_read = recording.frames_read();
  result.left_rest = recording.left_rest();
  return result;
}

std::string floats(const std::vector<float>& samples, std::uint16_t channels = 1) {
  return wav_bytes(test::as_payload<float>(samples), {.format = 3, .channels = channels, .bits = 32});
}

StreamOptions channel(int number) {
  StreamOptions options;
  options.channels = {number};
  return options;
}

std::vector<float> tone(std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) samples[i] = 0.5F * std::sin(0.05F * static_cast<float>(i));
  return samples;
}

TEST(RecordingStream, GivesTheSamplesAsTheyAre) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{999}, std::size_t{1'000'000}}) {
    const Streamed result = stream(floats(tone(70'000)), {}, piece);
    EXPECT_EQ(result.samples, tone(70'000)) << piece;
    EXPECT_EQ(result.frames_read, 70'000);
    EXPECT_TRUE(result.lost.empty());
  }
}

TEST(RecordingStream, MixesOrChoosesChannels) {
  const std::string bytes = floats({0.5F, 0.25F, 0.0F, -0.5F, 0.75F, 0.5F}, 3);
  EXPECT_EQ(stream(bytes).samples, (std::vector<float>{0.25F, 0.25F}));
  EXPECT_EQ(stream(bytes, channel(1)).samples, (std::vector<float>{0.5F, -0.5F}));
  EXPECT_EQ(stream(bytes, channel(3)).samples, (std::vector<float>{0.0F, 0.5F}));
}

TEST(RecordingStream, RefusesAChannelThatIsNotThere) {
  const TemporaryFolder folder;
  publish_text(folder / "x.wav", floats(tone(10)));
  const auto opened = RecordingStream::open(folder / "x.wav", channel(2));
  EXPECT_EQ(std::get<Refusal>(opened).reason, Reason::no_such_channel);
}

TEST(RecordingStream, BlanksAndNamesWhatIsNotFinite) {
  std::vector<float> samples = tone(100'000);
  for (const std::size_t i : {10U, 11U, 12U, 90'000U}) samples[i] = std::numeric_limits<float>::quiet_NaN();
  samples[13] = -std::numeric_limits<float>::infinity();
  const Streamed result = stream(floats(samples));
  ASSERT_EQ(result.lost.size(), 2U);
  EXPECT_EQ(result.lost[0].begin, 10);
  EXPECT_EQ(result.lost[0].end, 14);
  EXPECT_EQ(result.lost[1].begin, 90'000);
  EXPECT_EQ(result.lost[1].end, 90'001);
  EXPECT_EQ(result.lost[0].refusal.reason, Reason::not_finite);
  for (const std::size_t i : {10U, 13U, 90'000U}) EXPECT_EQ(result.samples[i], 0.0F);
  EXPECT_EQ(result.samples[14], samples[14]);
}

TEST(RecordingStream, NothingIsLouderThanAnySound) {
  std::vector<float> samples = tone(1'000);
  samples[10] = std::numeric_limits<float>::max();
  samples[11] = -1e16F;
  samples[900] = 1e14F;
  StreamOptions options;
  options.sample_rate_hz = 48'000;
  const Streamed result = stream(floats(samples), options);
  ASSERT_EQ(result.lost.size(), 1U);
  EXPECT_EQ(result.lost[0].begin, 10);
  EXPECT_EQ(result.lost[0].end, 12);
  for (const float sample : result.samples) EXPECT_TRUE(std::isfinite(sample));
}

TEST(RecordingStream, NamesASwarmOfBadSamplesAsOneRange) {
  std::vector<float> samples = tone(50'000);
  for (std::size_t i = 1'000; i < 40'000; i += 2) samples[i] = std::numeric_limits<float>::quiet_NaN();
  const Streamed result = stream(floats(samples));
  ASSERT_EQ(result.lost.size(), 1U);
  EXPECT_EQ(result.lost[0].begin, 1'000);
  EXPECT_EQ(result.lost[0].end, 39'999);
  EXPECT_EQ(result.samples[1'001], samples[1'001]) << "good samples between are kept for the peaks";
}

TEST(RecordingStream, NamesARangeThatCrossesReadsOnce) {
  std::vector<float> samples = tone(200'000);
  std::fill(samples.begin() + 60'000, samples.begin() + 140'000, std::numeric_limits<float>::quiet_NaN());
  const Streamed result = stream(floats(samples));
  ASSERT_EQ(result.lost.size(), 1U);
  EXPECT_EQ(result.lost[0].begin, 60'000);
  EXPECT_EQ(result.lost[0].end, 140'000);
}

TEST(RecordingStream, OneChannelWithoutNumbersSpoilsTheMean) {
  const Streamed result = stream(floats({0.5F, std::numeric_limits<float>::quiet_NaN(), 0.5F, 0.5F}, 2));
  EXPECT_EQ(result.samples, (std::vector<float>{0.0F, 0.5F}));
  EXPECT_EQ(result.lost.size(), 1U);
}

TEST(RecordingStream, NamesWhatTheHeaderPromisedInVain) {
  std::string bytes = floats(tone(1'000));
  bytes.resize(bytes.size() - 4 * 400 - 1);
  const Streamed result = stream(bytes);
  ASSERT_EQ(result.lost.size(), 1U);
  EXPECT_EQ(result.lost[0].begin, 599);
  EXPECT_EQ(result.lost[0].end, 1'000);
  EXPECT_EQ(result.lost[0].refusal.reason, Reason::truncated);
  EXPECT_EQ(result.frames_read, 599);
}

/// A FLAC as encoders write it to a pipe: its header tells no length.
std::string streamed_flac(const std::vector<float>& samples) {
  const TemporaryFolder folder;
  AudioWriter writer{folder / "x.flac", AudioFormat::flac, 32'000};
  writer.write(std::span{samples});
  writer.publish();
  std::string bytes = read_text(folder / "x.flac");
  bytes[21] = static_cast<char>(bytes[21] & '\xF0');
  std::fill_n(bytes.begin() + 22, 4, '\0');
  return bytes;
}

TEST(RecordingStream, WhoPromisesNoLengthLosesNone) {
  const Streamed result = stream(streamed_flac(tone(70'000)));
  EXPECT_EQ(result.frames_read, 70'000);
  EXPECT_TRUE(result.lost.empty());
}

TEST(RecordingStream, EndsWhereItIsTold) {
  StreamOptions options;
  options.first_s = 1.0;
  for (const std::size_t piece : {std::size_t{999}, std::size_t{32'000}, std::size_t{1'000'000}}) {
    const Streamed result = stream(floats(tone(200'000)), options, piece);
    EXPECT_EQ(result.samples, tone(32'000)) << piece;
    EXPECT_TRUE(result.left_rest);
    EXPECT_TRUE(result.lost.empty());
    EXPECT_GE(result.frames_read, 32'000);
    EXPECT_LT(result.frames_read, 200'000);
  }
}

TEST(RecordingStream, WhatEndsBeforeItIsToldToIsReadToItsEnd) {
  StreamOptions options;
  options.first_s = 1.0;
  for (const std::size_t frames : {std::size_t{31'999}, std::size_t{32'000}}) {
    const std::string payload = test::as_payload<float>(tone(frames));
    const Streamed result = stream(
        wav_bytes(payload, {.format = 3, .bits = 32, .data_bytes = static_cast<std::uint32_t>(4 * 50'000)}), options);
    EXPECT_EQ(result.samples.size(), frames);
    EXPECT_FALSE(result.left_rest);
    ASSERT_EQ(result.lost.size(), 1U) << frames;
    EXPECT_EQ(result.lost[0].refusal.reason, Reason::truncated);
  }
}

TEST(RecordingStream, ResamplesToTheLengthThatIsDue) {
  for (const std::uint32_t rate : {8'000U, 22'050U, 44'100U, 250'000U}) {
    for (const ResamplerKind kind : {ResamplerKind::soxr_hq, ResamplerKind::perch}) {
      const std::string bytes =
          wav_bytes(test::as_payload<float>(tone(12'345)), {.format = 3, .sample_rate_hz = rate, .bits = 32});
      StreamOptions options;
      options.resampler = kind;
      const Streamed result = stream(bytes, options);
      EXPECT_EQ(static_cast<std::int64_t>(result.samples.size()),
                resampled_length(12'345, static_cast<int>(rate), 32'000));
    }
  }
}

TEST(RecordingStream, BeginsAtAFrame) {
  StreamOptions options;
  options.begin_frame = 40'000;
  const std::vector<float> all = tone(70'000);

  const Streamed result = stream(floats(all), options);

  EXPECT_EQ(result.samples, std::vector<float>(all.begin() + 40'000, all.end()));
  EXPECT_EQ(result.frames_read, 70'000);
  EXPECT_TRUE(result.lost.empty());
}

TEST(RecordingStream, AFrameBehindTheEndIsRefused) {
  const TemporaryFolder folder;
  publish_text(folder / "x.wav", floats(tone(100)));
  StreamOptions options;
  options.begin_frame = 101;

  EXPECT_TRUE(std::holds_alternative<Refusal>(RecordingStream::open(folder / "x.wav", options)));
}

}  // namespace
}  // namespace veery
