#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <veery/audio/audio_file.hpp>
#include <veery/hdf5/file.hpp>

#include "outputs/stem_meter.hpp"
#include "small_stems.hpp"
#include "support/read_audio.hpp"

namespace veery {
namespace {

using test::kStemFormats;
using test::noise_stems;
using test::publish_stems;
using test::Stems;
using test::TemporaryFolder;

/// What the files hold, [source][sample].
Stems read_back(const TemporaryFolder& folder, StemFormat format, const PublishedStems& published) {
  const auto path = [&](std::size_t i) { return folder / "out" / published.files.at(i).path; };
  Stems stems;
  if (format != StemFormat::hdf5) {
    for (std::size_t i = 0; i < published.files.size(); ++i) stems.push_back(test::read_audio(path(i)));
    return stems;
  }
  const hdf5::File file = hdf5::File::open(path(0));
  const hdf5::Dataset dataset = file.root().open_dataset("stems");
  const auto values = hdf5::read_numbers<float>(dataset);
  const auto sources = static_cast<std::size_t>(dataset.shape()[1]);
  stems.resize(sources);
  for (std::size_t i = 0; i < values.size(); ++i) stems[i % sources].push_back(values[i]);
  return stems;
}

/// Half a step of the format's integers; 0 for floats.
double rounding(StemFormat format) {
  return format == StemFormat::flac16 ? 0.5 / 32'768 : format == StemFormat::flac24 ? 0.5 / 8'388'608 : 0.0;
}

void expect_stems(const Stems& read, const Stems& stems, double gain, double tolerance) {
  ASSERT_EQ(read.size(), stems.size());
  for (std::size_t source = 0; source < stems.size(); ++source) {
    ASSERT_EQ(read[source].size(), stems[source].size());
    for (std::size_t i = 0; i < stems[source].size(); ++i) {
      ASSERT_NEAR(double{read[source][i]}, double{stems[source][i]} * gain, tolerance) << source << " " << i;
    }
  }
}

TEST(StemFiles, EveryFormatHoldsTheStemsToTheSample) {
  // One sample, a whole block of the spool, one more, and several blocks.
  for (const std::int64_t length : {1, 65'536, 65'537, 150'001}) {
    const Stems stems = noise_stems(3, length, 0.9);
    for (const StemFormat format : kStemFormats) {
      SCOPED_TRACE(testing::Message() << "format " << static_cast<int>(format) << ", " << length << " samples");
      const TemporaryFolder folder;
      const PublishedStems published = publish_stems(folder, format, stems);
      EXPECT_EQ(published.gain, 1.0);
      EXPECT_EQ(published.samples, length);
      expect_stems(read_back(folder, format, published), stems, 1.0, rounding(format));
    }
  }
}

TEST(StemFiles, OneGainForAllKeepsTheSumTheMixture) {
  // Stems that cancel each other out may be louder than the mixture.
  Stems stems = noise_stems(3, 20'000, 0.3);
  for (std::size_t i = 0; i < stems[0].size(); ++i) {
    stems[0][i] *= 9.0F;
    stems[1][i] -= stems[0][i];
  }
  for (const StemFormat format : kStemFormats) {
    const TemporaryFolder folder;
    const PublishedStems published = publish_stems(folder, format, stems);
    const Stems read = read_back(folder, format, published);
    const bool integers = format == StemFormat::flac16 || format == StemFormat::flac24;
    EXPECT_EQ(published.gain, integers ? 0.25 : 1.0);
    expect_stems(read, stems, published.gain, rounding(format));
    for (std::size_t i = 0; i < stems[0].size(); ++i) {
      const double mixture = double{stems[0][i]} + double{stems[1][i]} + double{stems[2][i]};
      const double sum = (double{read[0][i]} + double{read[1][i]} + double{read[2][i]}) / published.gain;
      ASSERT_NEAR(sum, mixture, 3 * rounding(format) / published.gain + 1e-12);
    }
  }
}

TEST(StemFiles, TheGainIsTheLargestThatClipsNothing) {
  struct Case {
    std::vector<float> samples;
    double gain;
  };
  const Case cases[] = {{{32'767.0F / 32'768.0F}, 1.0}, {{-1.0F}, 1.0}, {{1.0F}, 0.5}, {{-1.001F}, 0.5},
                        {{0.1F, 7.9F, -8.0F}, 0.125},   {{}, 1.0}};
  for (const auto& [samples, gain] : cases) {
    const TemporaryFolder folder;
    const Stems stems{std::vector<float>(samples.size(), 0.0F), samples};
    const PublishedStems published = publish_stems(folder, StemFormat::flac16, stems);
    EXPECT_EQ(published.gain, gain) << (samples.empty() ? 0.0F : samples.back());
    if (!samples.empty()) expect_stems(read_back(folder, StemFormat::flac16, published), stems, gain, 0.5 / 32'768);
  }
}

TEST(StemFiles, EvenTheLargestFloatHasAGain) {
  StemMeter meter;
  ASSERT_TRUE(
      meter.add(std::vector<float>{std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()}));
  const double gain = common_gain({&meter, 1}, 24);
  EXPECT_GT(gain, 0.0);
  EXPECT_LE(double{std::numeric_limits<float>::max()} * gain, 1.0);
}

TEST(StemFiles, LevelsAreThoseOfTheStemsNotOfTheFiles) {
  const TemporaryFolder folder;
  std::vector<float> wave(48'000);
  for (std::size_t i = 0; i < wave.size(); ++i) wave[i] = i % 2 == 0 ? 2.0F : -2.0F;
  const PublishedStems published = publish_stems(folder, StemFormat::flac16, {wave, std::vector<float>(48'000)});
  ASSERT_EQ(published.levels.size(), 2U);
  EXPECT_NEAR(published.levels[0].rms_dbfs.value(), 20.0 * std::log10(2.0), 1e-9);
  EXPECT_EQ(published.levels[0].peak, 2.0);
  EXPECT_FALSE(published.levels[1].rms_dbfs.has_value());
  EXPECT_EQ(published.levels[1].peak, 0.0);
}

TEST(StemFiles, TheFilesAreThoseNamedAndHashed) {
  for (const StemFormat format : kStemFormats) {
    const TemporaryFolder folder;
    const PublishedStems published = publish_stems(folder, format, noise_stems(2, 1'000, 0.5));
    ASSERT_EQ(published.files.size(), format == StemFormat::hdf5 ? 1U : 2U);
    EXPECT_TRUE(published.files[0].path.starts_with("stems/SITE/20240601_060000_source"));
    for (const StemFile& file : published.files) {
      const FileDigest digest = digest_file(folder / "out" / file.path);
      EXPECT_EQ(file.digest.bytes, digest.bytes);
      EXPECT_EQ(file.digest.sha256, digest.sha256);
    }
  }
}

TEST(StemFiles, TheSameStemsGiveTheSameBytesInWhateverBlocks) {
  const Stems stems = noise_stems(3, 100'000, 0.7);
  for (const StemFormat format : kStemFormats) {
    const TemporaryFolder first;
    const TemporaryFolder second;
    const PublishedStems in_blocks = publish_stems(first, format, stems, 777);
    const PublishedStems at_once = publish_stems(second, format, stems, 100'000);
    ASSERT_EQ(in_blocks.files.size(), at_once.files.size());
    for (std::size_t i = 0; i < at_once.files.size(); ++i) {
      EXPECT_EQ(in_blocks.files[i].digest.sha256, at_once.files[i].digest.sha256);
      EXPECT_EQ(in_blocks.levels[i].rms_dbfs, at_once.levels[i].rms_dbfs);
    }
  }
}

TEST(StemFiles, NoSamplesGiveFilesWithout) {
  for (const StemFormat format : kStemFormats) {
    const TemporaryFolder folder;
    const PublishedStems published = publish_stems(folder, format, {{}, {}});
    EXPECT_EQ(published.samples, 0);
    if (format == StemFormat::hdf5) {
      EXPECT_TRUE(read_back(folder, format, published)[0].empty());
    } else {
      const auto probed = probe_audio(folder / "out" / published.files[1].path);
      EXPECT_EQ(std::get<Refusal>(probed).reason, Reason::header_only);
    }
  }
}

}  // namespace
}  // namespace veery
