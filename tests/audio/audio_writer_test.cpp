#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "support/closed_form_signals.hpp"
#include "support/file_size_limit.hpp"
#include "support/read_audio.hpp"
#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::read_audio;
using test::TemporaryFolder;
constexpr AudioFormat kFormats[] = {AudioFormat::flac, AudioFormat::wav, AudioFormat::flac24, AudioFormat::wav_float};

fs::path written(const TemporaryFolder& folder, AudioFormat format, const std::vector<float>& samples,
                 const AudioMetadata& metadata = {}) {
  const fs::path path = folder / ("x" + std::string{file_extension(format)});
  AudioWriter writer{path, format, 32'000, metadata};
  writer.write(std::span{samples});
  writer.publish();
  return path;
}

/// What the nearest integer of `bits` bits stands for.
float rounded(float sample, int bits) {
  const double full_scale = std::ldexp(1.0, bits - 1);
  return static_cast<float>(std::clamp(std::nearbyint(double{sample} * full_scale), -full_scale, full_scale - 1) /
                            full_scale);
}

TEST(AudioWriterFormats, FloatsAreRoundedToTheNearestInteger) {
  std::vector<float> samples = test::noise_samples(20'001, 1.0, 7);
  samples.insert(samples.end(),
                 {0.0F, 1.0F, -1.0F, 1.5F, -1.5F, 0.5F / 32'768.0F, 1.6F / 32'768.0F, -1.6F / 32'768.0F});
  for (const AudioFormat format : kFormats) {
    SCOPED_TRACE(static_cast<int>(format));
    const TemporaryFolder folder;
    const std::vector<float> back = read_audio(written(folder, format, samples));
    ASSERT_EQ(back.size(), samples.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
      const float expected = integer_bits(format) == 0 ? samples[i] : rounded(samples[i], integer_bits(format));
      ASSERT_EQ(back[i], expected) << i;
    }
  }
}

TEST(AudioWriterFormats, OneSampleIsAFile) {
  for (const AudioFormat format : kFormats) {
    const TemporaryFolder folder;
    EXPECT_EQ(read_audio(written(folder, format, {0.25F})), std::vector<float>{0.25F});
  }
}

TEST(AudioWriterFormats, NoSampleIsAFileThatSaysSo) {
  for (const AudioFormat format : kFormats) {
    const TemporaryFolder folder;
    const auto probed = probe_audio(written(folder, format, {}));
    ASSERT_TRUE(std::holds_alternative<Refusal>(probed));
    EXPECT_EQ(std::get<Refusal>(probed).reason, Reason::header_only);
  }
}

TEST(AudioWriterFormats, IntegersKeepTheirScaleInEveryFormat) {
  for (const AudioFormat format : kFormats) {
    const TemporaryFolder folder;
    AudioWriter writer{folder / "x", format, 48'000};
    writer.write(std::vector<std::int16_t>{0, 16'384, -32'768, 32'767});
    writer.publish();
    EXPECT_EQ(read_audio(folder / "x"), (std::vector<float>{0.0F, 0.5F, -1.0F, 32'767.0F / 32'768.0F}));
  }
}

TEST(AudioWriterFormats, AFloatWavOfOrdinaryLengthIsARiffFileWithoutPeakChunk) {
  const TemporaryFolder folder;
  const std::string bytes = read_text(written(folder, AudioFormat::wav_float, {0.5F, 0.25F}));
  EXPECT_TRUE(bytes.starts_with("RIFF"));
  EXPECT_EQ(bytes.find("PEAK"), std::string::npos);
}

TEST(AudioWriterFormats, TheSameSamplesGiveTheSameBytes) {
  AudioMetadata metadata;
  metadata.texts = {{"comment", "odd"}, {"title", "three"}};
  metadata.guano.set("Note", "x");
  metadata.chunks = {{"wamd", "five!"}};
  for (const AudioFormat format : kFormats) {
    const TemporaryFolder first;
    const TemporaryFolder second;
    const std::vector<float> samples = test::noise_samples(5'000, 0.5, 3);
    EXPECT_EQ(read_text(written(first, format, samples, metadata)),
              read_text(written(second, format, samples, metadata)));
  }
}

TEST(AudioWriterFormats, PiecesOfAnySizeGiveTheSameFile) {
  const std::vector<float> samples = test::noise_samples(30'000, 0.5, 5);
  for (const AudioFormat format : kFormats) {
    const TemporaryFolder folder;
    const std::string whole = read_text(written(folder, format, samples));
    AudioWriter writer{folder / "pieces", format, 32'000};
    std::size_t at = 0;
    for (std::size_t size = 1; at < samples.size(); at += size, size = size * 3 + 1) {
      writer.write(std::span{samples}.subspan(at, std::min(size, samples.size() - at)));
    }
    writer.publish();
    EXPECT_EQ(read_text(folder / "pieces"), whole);
  }
}

TEST(AudioWriterFormats, WhatFlacCannotHoldIsAnError) {
  const TemporaryFolder folder;
  EXPECT_THROW((AudioWriter{folder / "x.flac", AudioFormat::flac, 1'000'000}), Error);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(AudioWriterFormats, AFullDiskIsNoticedWhereverItStrikes) {
  const std::vector<float> samples = test::noise_samples(20'000, 0.5, 9);
  for (const AudioFormat format : kFormats) {
    const TemporaryFolder folder;
    const fs::path path = written(folder, format, samples);
    const auto size = static_cast<rlim_t>(fs::file_size(path));
    fs::remove(path);
    for (rlim_t limit = 1; limit < size; limit = limit + 1 < size ? std::min(limit + size / 17, size - 1) : size) {
      SCOPED_TRACE(limit);
      try {
        const test::FileSizeLimit file_size_limit{limit};
        (void)written(folder, format, samples);
        ADD_FAILURE() << "no Error";
      } catch (const Error& error) {
        EXPECT_NE(std::string{error.what()}.find("File too large"), std::string::npos) << error.what();
      }
      EXPECT_TRUE(fs::is_empty(folder.path()));
    }
  }
}

}  // namespace
}  // namespace veery
