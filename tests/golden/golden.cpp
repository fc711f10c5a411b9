#include "golden.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <limits>
#include <numeric>
#include <ostream>
#include <stdexcept>
#include <variant>

#include <veery/peaks/cwt_peaks.hpp>

#include "support/one_fft_thread.hpp"

namespace veery::test {
namespace {

constexpr double kEnergyTolerance = 2e-5;  // of the largest energy

std::vector<Span> spans(const nlohmann::json& rows) {
  std::vector<Span> result;
  for (const auto& row : rows) result.push_back({row.at(0), row.at(1)});
  return result;
}

template <typename Value>
Value accepted(OrRefusal<Value> value, const std::filesystem::path& recording) {
  if (const auto* refusal = std::get_if<Refusal>(&value)) {
    throw std::runtime_error(recording.string() + " is refused: " + refusal->detail);
  }
  return std::get<Value>(std::move(value));
}

std::vector<std::int64_t> places(const std::vector<Peak>& peaks) {
  std::vector<std::int64_t> samples;
  for (const Peak& peak : peaks) samples.push_back(peak.sample);
  return samples;
}

std::vector<Slice> slices_of(const std::filesystem::path& recording, int most_peaks, std::int64_t& samples) {
  std::vector<Slice> slices;
  const SliceSink sink = [&](const Slice& slice, std::span<const float> audio) {
    EXPECT_EQ(static_cast<std::int64_t>(audio.size()), slice.length);
    slices.push_back(slice);
  };
  samples = accepted(slice_recording(recording, perch_stream(), perch_slices(most_peaks), sink), recording).samples;
  return slices;
}

}  // namespace

void PrintTo(const Span& span, std::ostream* out) {
  *out << '[' << span.start << ", " << span.stop << ')';
}

Golden read_golden(const std::filesystem::path& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error("no golden " + path.string());
  const auto json = nlohmann::json::parse(file);
  Golden golden;
  golden.file = json.at("file");
  golden.samples = json.at("n_samples");
  golden.frames = json.at("n_frames");
  golden.peaks_5 = json.at("peaks_5").get<std::vector<std::int64_t>>();
  golden.peaks_200 = json.at("peaks_200").get<std::vector<std::int64_t>>();
  golden.slices_5 = spans(json.at("slices_5"));
  golden.slices_200 = spans(json.at("slices_200"));
  golden.threshold = json.at("energy_threshold");
  golden.energy_min = json.at("summed_energy").at("min");
  golden.energy_max = json.at("summed_energy").at("max");
  golden.energy_mean = json.at("summed_energy").at("mean");
  golden.raw_frames = json.at("cwt_raw_frames").get<std::vector<std::int64_t>>();
  golden.kept_frames = json.at("kept_frames").get<std::vector<std::int64_t>>();
  golden.kept_energy = json.at("kept_energy").get<std::vector<double>>();
  return golden;
}

StreamOptions perch_stream() {
  StreamOptions options;
  options.sample_rate_hz = kRateHz;
  options.resampler = ResamplerKind::perch;
  return options;
}

SliceOptions perch_slices(int most_peaks) {
  SliceOptions options;
  options.peak_scope_s = std::numeric_limits<double>::infinity();
  options.peaks.compat = PerchCompat::on;
  options.peaks.most_peaks = most_peaks;
  return options;
}

Found analyse(const std::filesystem::path& recording) {
  Found found;
  RecordingStream stream = accepted(RecordingStream::open(recording, perch_stream()), recording);
  PeakFinder finder{kRateHz, perch_slices(0).peaks};
  std::vector<float> piece(65'536);
  while (const std::size_t count = stream.read(piece)) {
    found.samples += static_cast<std::int64_t>(count);
    finder.push(std::span{piece}.first(count));
  }
  found.every_peak = finder.finish();
  found.energy.assign(finder.energies().begin(), finder.energies().end());
  found.raw_frames = find_cwt_peaks(found.energy);
  std::int64_t samples = 0;
  found.slices_5 = slices_of(recording, 5, samples);
  found.slices_200 = slices_of(recording, 200, samples);
  EXPECT_EQ(samples, found.samples);
  const std::vector<Peak> peaks = accepted(recording_peaks(recording, perch_stream(), perch_slices(200)), recording);
  found.peaks_200 = places(peaks);
  found.peaks_5 = places(accepted(recording_peaks(recording, perch_stream(), perch_slices(5)), recording));
  return found;
}

void expect_slices(const std::vector<Slice>& slices, const std::vector<Span>& expected, std::int64_t samples) {
  std::vector<Span> rows;
  for (const Slice& slice : slices) {
    rows.push_back({slice.start, slice.start + slice.length});
    EXPECT_EQ(slice.length, kSliceSamples);
    EXPECT_EQ(slice.recorded, std::min(samples, kSliceSamples));
  }
  EXPECT_EQ(rows, expected);
}

void expect_same_places(const Found& found, const Golden& golden) {
  EXPECT_EQ(found.samples, golden.samples);
  EXPECT_EQ(static_cast<std::int64_t>(found.energy.size()), golden.frames);
  EXPECT_EQ(found.raw_frames, golden.raw_frames);
  EXPECT_EQ(found.peaks_200, golden.peaks_200);
  EXPECT_EQ(found.peaks_5, golden.peaks_5);
  expect_slices(found.slices_200, golden.slices_200, found.samples);
  expect_slices(found.slices_5, golden.slices_5, found.samples);
  if (found.samples < kSliceSamples) return;
  for (const int most : {5, 200}) {
    const auto count = std::min(found.every_peak.size(), static_cast<std::size_t>(most));
    const auto windows = windows_around_peaks(std::span{found.every_peak}.first(count), kSliceSamples, found.samples,
                                              perch_slices(most));
    expect_slices(windows, most == 5 ? golden.slices_5 : golden.slices_200, found.samples);
  }
}

void expect_same_energies(const Found& found, const Golden& golden) {
  const double tolerance = kEnergyTolerance * golden.energy_max;
  const auto [lowest, highest] = std::minmax_element(found.energy.begin(), found.energy.end());
  ASSERT_NE(lowest, found.energy.end());
  const double mean =
      std::accumulate(found.energy.begin(), found.energy.end(), 0.0) / static_cast<double>(found.energy.size());
  EXPECT_NEAR(*lowest, golden.energy_min, tolerance);
  EXPECT_NEAR(*highest, golden.energy_max, tolerance);
  EXPECT_NEAR(mean, golden.energy_mean, tolerance);
  EXPECT_NEAR(1.5 * mean, golden.threshold, tolerance);
  std::vector<Peak> peaks = found.every_peak;
  std::sort(peaks.begin(), peaks.end(), [](const Peak& a, const Peak& b) { return a.frame < b.frame; });
  ASSERT_EQ(peaks.size(), golden.kept_frames.size());
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    EXPECT_EQ(peaks[i].frame, golden.kept_frames[i]);
    EXPECT_NEAR(peaks[i].energy, golden.kept_energy[i], tolerance);
  }
}

}  // namespace veery::test
