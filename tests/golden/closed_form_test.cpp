// Signals made from formulas against what the real Perch finds in them: parity that needs no other file.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <ostream>
#include <string>
#include <vector>

#include "golden.hpp"
#include "support/closed_form_signals.hpp"
#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery::test {
namespace {

struct Signal {
  const char* name;
  double seconds;
  std::function<double(std::uint64_t n, double time_s)> formula;
};

void PrintTo(const Signal& signal, std::ostream* out) {
  *out << signal.name;
}

double many_chirps(double time_s) {
  double sum = 0.0;
  for (int k = 0; k < 16; ++k) {
    sum +=
        Chirp{3.0 + 7.3 * k, 0.4 + 0.1 * (k % 5), 1500.0 + 400.0 * (k % 6), 3000.0 + 500.0 * (k % 7), 0.1 + 0.025 * k}
            .at(time_s);
  }
  return sum;
}

std::vector<Signal> signals() {
  const Chirp one{8.0, 1.0, 2000.0, 6000.0, 0.5};
  const Chirp brief{0.05, 0.2, 3000.0, 5000.0, 0.5};
  return {
      {"synth_silence", 10.0, [](std::uint64_t, double) { return 0.0; }},
      {"synth_noise", 20.0, [](std::uint64_t n, double) { return 0.1 * noise(1234, n); }},
      {"synth_one_chirp", 20.0, [=](std::uint64_t n, double t) { return 0.01 * noise(77, n) + one.at(t); }},
      {"synth_many_chirps", 120.0, [](std::uint64_t n, double t) { return 0.01 * noise(99, n) + many_chirps(t); }},
      {"synth_short_0.3s", 0.3, [=](std::uint64_t n, double t) { return 0.01 * noise(5, n) + brief.at(t); }},
      {"synth_tone", 10.0, [](std::uint64_t, double t) { return 0.5 * std::sin(2.0 * std::numbers::pi * 1000.0 * t); }},
  };
}

/// 16-bit, rounded half to even.
std::vector<std::int16_t> quantised(const Signal& signal) {
  std::vector<std::int16_t> samples(static_cast<std::size_t>(std::llround(signal.seconds * kRateHz)));
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const double value = signal.formula(n, static_cast<double>(n) / kRateHz);
    samples[n] = static_cast<std::int16_t>(std::nearbyint(32767.0 * value));
  }
  return samples;
}

class ClosedForm : public testing::TestWithParam<Signal> {};

TEST_P(ClosedForm, PeaksAndSlicesArePerchs) {
  const TemporaryFolder folder;
  write_pcm16_wav(folder / "signal.wav", quantised(GetParam()));
  const std::string file = std::string{GetParam().name} + ".json";

  const Golden golden = read_golden(std::filesystem::path{VEERY_TEST_SOURCE_DIR} / "data" / file);
  const Found found = analyse(folder / "signal.wav");

  expect_same_places(found, golden);
  expect_same_energies(found, golden);
}

INSTANTIATE_TEST_SUITE_P(Perch, ClosedForm, testing::ValuesIn(signals()), [](const auto& test) {
  std::string name = test.param.name;
  std::erase(name, '.');
  return name;
});

/// Three tone bursts over noise of a linear congruential generator (Perch's own test signal is not closed-form).
std::vector<float> bursts(bool with_noise) {
  std::uint32_t state = 12'345;
  std::vector<float> samples(320'000);
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const double t = static_cast<double>(n) / kRateHz;
    for (const auto& [centre, hertz] : {std::pair{2.0, 2000.0}, {5.0, 4000.0}, {8.5, 3000.0}}) {
      if (std::abs(t - centre) >= 0.25) continue;
      const double arch = std::cos(std::numbers::pi * (t - centre) / 0.5);
      samples[n] += static_cast<float>(0.3 * std::sin(2.0 * std::numbers::pi * hertz * t) * arch * arch);
    }
    state = 1'664'525U * state + 1'013'904'223U;
    if (!with_noise) continue;
    const double even = static_cast<double>(state) / 4294967296.0 - 0.5;
    samples[n] = static_cast<float>(static_cast<double>(samples[n]) + even * 0.02);
  }
  return samples;
}

TEST(Bursts, OverNoiseArePerchs) {
  const TemporaryFolder folder;
  write_float_wav(folder / "bursts.wav", bursts(true));

  const Found found = analyse(folder / "bursts.wav");

  EXPECT_EQ(found.peaks_200, (std::vector<std::int64_t>{158'720, 280'640, 52'480}));
  EXPECT_EQ(found.raw_frames, (std::vector<std::int64_t>{164, 496, 877}));
  expect_slices(found.slices_5, {{0, 192'000}, {62'720, 254'720}, {128'000, 320'000}}, 320'000);
  ASSERT_EQ(found.energy.size(), 1001U);
  EXPECT_NEAR(found.energy[205], 3.608986693, 2e-5);
}

// A burst on digital silence is symmetric, and of two equal columns rounding decides: float32 Perch and its
// restatement in float64 differ by the same frame.
TEST(Bursts, OnDigitalSilenceAreWithinAFrame) {
  const TemporaryFolder folder;
  write_float_wav(folder / "bursts.wav", bursts(false));

  Found found = analyse(folder / "bursts.wav");

  std::sort(found.peaks_200.begin(), found.peaks_200.end());
  ASSERT_EQ(found.peaks_200.size(), 3U);
  EXPECT_NEAR(static_cast<double>(found.peaks_200[0]), 64'000.0, 320.0);
  EXPECT_NEAR(static_cast<double>(found.peaks_200[1]), 160'000.0, 320.0);
  EXPECT_NEAR(static_cast<double>(found.peaks_200[2]), 272'000.0, 320.0);
}

}  // namespace
}  // namespace veery::test
