// Every stage between the audio and the peaks against the arrays that Perch computes there.
//
// Perch works in float32 up to the summed energy (its FFT, matrix product and means among it), veery in
// float32 with float64 sums; tolerances are about three times what was seen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <variant>
#include <vector>

#include <veery/peaks/cwt_peaks.hpp>
#include <veery/peaks/denoiser.hpp>

#include "golden.hpp"
#include "peaks/fft.hpp"
#include "shared_folder.hpp"
#include "support/npy_file.hpp"

namespace veery::test {
namespace {

template <typename A, typename B>
void expect_near(const char* what, const std::vector<A>& ours, const std::vector<B>& theirs, double tolerance) {
  ASSERT_EQ(ours.size(), theirs.size()) << what;
  double worst = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i])));
  }
  EXPECT_LE(worst, tolerance) << what;
}

/// Values on the edge between noise and signal may fall on either side, 0 here and not there: how many did?
std::size_t expect_denoised(const std::vector<float>& ours, const std::vector<float>& theirs) {
  EXPECT_EQ(ours.size(), theirs.size());
  double worst = 0.0;
  std::size_t decided_otherwise = 0;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if ((ours[i] == 0.0F) != (theirs[i] == 0.0F)) {
      ++decided_otherwise;
    } else {
      worst = std::max(worst, std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i])));
    }
  }
  EXPECT_LE(worst, 1.5e-4);
  return decided_otherwise;
}

/// A frame's energy may be far off only where one of its values was decided otherwise.
void expect_energies(const std::vector<float>& ours, const std::vector<float>& theirs, std::size_t most_far) {
  ASSERT_EQ(ours.size(), theirs.size());
  std::size_t far = 0;
  for (std::size_t f = 0; f < ours.size(); ++f) {
    if (std::abs(static_cast<double>(ours[f]) - static_cast<double>(theirs[f])) > 2e-4) ++far;
  }
  EXPECT_LE(far, most_far);
}

class Intermediates : public testing::TestWithParam<std::string> {
 protected:
  template <typename Value>
  [[nodiscard]] std::vector<Value> golden(const std::string& what) const {
    return read_npy<Value>(golden_peaks() / "intermediates" / (GetParam() + "." + what + ".npy")).values;
  }

  [[nodiscard]] std::vector<float> audio() const {
    const bool synthetic = GetParam().starts_with("synth_");
    const auto folder = synthetic ? golden_peaks() / "synthetic" : shared_folder() / "audio";
    auto opened = RecordingStream::open(folder / GetParam(), perch_stream());
    auto& stream = std::get<RecordingStream>(opened);
    std::vector<float> samples;
    std::vector<float> piece(10'000);
    while (const std::size_t count = stream.read(piece)) {
      samples.insert(samples.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return samples;
  }
};

TEST_P(Intermediates, AudioIsPerchs) {
  expect_near("audio", audio(), golden<float>("audio_32k"), 3e-7);
}

TEST_P(Intermediates, ShortTimeSpectraArePerchs) {
  constexpr std::size_t kFrames = 50;
  constexpr std::size_t kWindow = 2560;
  std::vector<float> padded(kWindow / 2, 0.0F);
  const std::vector<float> samples = golden<float>("audio_32k");
  padded.insert(padded.end(), samples.begin(), samples.end());
  std::vector<float> frames;
  for (std::size_t i = 0; i < kFrames * kWindow; ++i) {
    const std::size_t k = i % kWindow;
    const double s = std::sin(std::numbers::pi * static_cast<double>(k) / kWindow);
    frames.push_back(static_cast<float>(s * s) * padded[i / kWindow * 320 + k]);
  }
  std::vector<float> magnitudes;
  real_fft_rows(frames, kWindow, [&](std::span<const std::complex<float>> spectra) {
    for (const std::complex<float> value : spectra) magnitudes.push_back(std::abs(value));
  });
  const std::vector<float> theirs = golden<float>("stft_mag_first50");
  expect_near("magnitudes", magnitudes, theirs, 1e-6 * static_cast<double>(*std::ranges::max_element(theirs)));
}

TEST_P(Intermediates, SpectrogramAndItsDenoisingArePerchs) {
  std::vector<float> log_mel;
  Denoiser denoiser{"/tmp"};
  MelSpectrogram spectrogram{kRateHz, [&](std::span<const float> rows) {
                               log_mel.insert(log_mel.end(), rows.begin(), rows.end());
                               denoiser.append(rows);
                             }};
  spectrogram.push(golden<float>("audio_32k"));
  (void)spectrogram.finish();

  expect_near("log-mel", log_mel, golden<float>("logmel"), 5e-5);
  const std::size_t otherwise = expect_denoised(denoiser.denoised(), golden<float>("denoised_logmel"));
  EXPECT_LE(otherwise, 2U);  // of 160,000 and more; seen: 0, 1 and 1
  expect_energies(denoiser.summed_energy(), golden<float>("summed_energy"), otherwise);
}

TEST_P(Intermediates, WaveletTransformAndItsPeaksArePerchs) {
  const std::vector<float> energy = golden<float>("summed_energy");
  const auto frames = static_cast<std::int64_t>(energy.size());
  std::vector<double> rows;
  std::vector<double> sums;
  for (const int width : kCwtWidths) {
    const std::vector<double> row = cwt_row(energy, width, 0, frames);
    rows.insert(rows.end(), row.begin(), row.end());
    sums.push_back(0.0);
    for (const double value : row) sums.back() += value;
  }
  const std::vector<float> theirs = golden<float>("cwt");
  const double highest = *std::max_element(rows.begin(), rows.end());
  expect_near("transform", rows, theirs, 1e-6 * highest);
  expect_near("row sums", sums, golden<float>("cwt_row_sums"), 1e-6 * highest * std::sqrt(frames));
  EXPECT_EQ(find_cwt_peaks(energy), golden<std::int64_t>("cwt_raw_frames"));
}

INSTANTIATE_TEST_SUITE_P(Perch, Intermediates,
                         testing::ValuesIn(with_shared({"opensoundscape__birds_10s.wav", "scikit-maad__spinetail.flac",
                                                        "synth_one_chirp.wav"})),
                         case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Intermediates);

class MelMatrix : public testing::TestWithParam<std::string> {};

TEST_P(MelMatrix, IsPerchs) {
  const NpyArray<float> theirs = read_npy<float>(golden_peaks() / "intermediates" / GetParam());
  ASSERT_EQ(theirs.shape, (std::vector<std::int64_t>{1281, kMelBands}));
  std::vector<float> ours(theirs.values.size());
  std::size_t column = 0;
  for (const MelBand& band : mel_bands(kRateHz, 1281)) {
    for (std::size_t i = 0; i < band.weights.size(); ++i) {
      ours[(static_cast<std::size_t>(band.first_bin) + i) * kMelBands + column] = band.weights[i];
    }
    ++column;
  }
  expect_near("mel weights", ours, theirs.values, 3e-5);
}

INSTANTIATE_TEST_SUITE_P(Perch, MelMatrix, testing::ValuesIn(with_shared({"mel_matrix_32k_1281x160.npy"})), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MelMatrix);

}  // namespace
}  // namespace veery::test
