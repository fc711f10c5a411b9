#include <algorithm>
#include <cmath>
#include <utility>

#include <veery/base/dispatch.hpp>
#include <veery/peaks/denoiser.hpp>

namespace veery {
namespace {

constexpr double kThreshold = 0.75;
constexpr std::int64_t kFramesInMemory = 65'536;
constexpr std::int64_t kFramesPerPiece = 4'096;
constexpr std::size_t kRowBytes = kMelBands * sizeof(float);

VEERY_DISPATCH void add_moments(const float* row, double* sum, double* squares) {
  for (int j = 0; j < kMelBands; ++j) {
    const double x = static_cast<double>(row[j]);
    sum[j] += x;
    squares[j] += x * x;
  }
}

VEERY_DISPATCH void add_noise_moments(const float* row, const double* below, double* count, double* sum,
                                      double* squares) {
  for (int j = 0; j < kMelBands; ++j) {
    const double x = static_cast<double>(row[j]);
    const double is_noise = x < below[j] ? 1.0 : 0.0;
    count[j] += is_noise;
    sum[j] += is_noise * x;
    squares[j] += is_noise * x * x;
  }
}

VEERY_DISPATCH void subtract_noise(const float* row, const double* mean, const double* from, double* output) {
  for (int j = 0; j < kMelBands; ++j) {
    const double x = static_cast<double>(row[j]);
    output[j] = x >= from[j] ? x - mean[j] : 0.0;
  }
}

template <typename PerRow>
void for_each_row(const FrameStore& store, PerRow&& per_row) {
  store.for_each([&](std::span<const float> rows) {
    for (std::size_t i = 0; i < rows.size(); i += kMelBands) per_row(rows.data() + i);
  });
}

}  // namespace

FrameStore::FrameStore(std::filesystem::path spill_folder) : folder_(std::move(spill_folder)) {}

void FrameStore::append(std::span<const float> rows) {
  recent_.insert(recent_.end(), rows.begin(), rows.end());
  frames_ += static_cast<std::int64_t>(rows.size()) / kMelBands;
  if (frames_ - spilled_ < kFramesInMemory) return;
  if (file_.empty()) file_.push_back(FileDescriptor::open_temporary(folder_));
  file_.front().write_at(spilled_ * static_cast<std::int64_t>(kRowBytes), std::as_bytes(std::span{recent_}));
  spilled_ = frames_;
  recent_.clear();
}

std::int64_t FrameStore::load(std::int64_t frame, std::vector<float>& piece) const {
  const std::int64_t count = std::min(kFramesPerPiece, spilled_ - frame);
  piece.resize(static_cast<std::size_t>(count) * kMelBands);
  file_.front().read_at(frame * static_cast<std::int64_t>(kRowBytes), std::as_writable_bytes(std::span{piece}));
  return count;
}

Denoiser::Denoiser(std::filesystem::path spill_folder) : store_(std::move(spill_folder)) {}

void Denoiser::append(std::span<const float> rows) {
  for (std::size_t i = 0; i < rows.size(); i += kMelBands)
    add_moments(rows.data() + i, sum_.data(), sum_of_squares_.data());
  store_.append(rows);
}

Denoiser::Levels Denoiser::levels() const {
  const auto frames = static_cast<double>(store_.frames());
  Bands noise_below{};
  for (std::size_t j = 0; j < noise_below.size(); ++j) {
    const double mean = sum_[j] / frames;
    const double deviation = std::sqrt(std::max(sum_of_squares_[j] / frames - mean * mean, 0.0));
    noise_below[j] = mean + 2.0 * kThreshold * deviation;
  }
  Bands count{};
  Bands sum{};
  Bands squares{};
  for_each_row(store_, [&](const float* row) {
    add_noise_moments(row, noise_below.data(), count.data(), sum.data(), squares.data());
  });
  Levels levels{};
  for (std::size_t j = 0; j < noise_below.size(); ++j) {
    // The + 1 is Perch's: it keeps an empty band from dividing by zero and shrinks the mean towards 0.
    const double mean = sum[j] / (count[j] + 1.0);
    const double variation = squares[j] - 2.0 * mean * sum[j] + mean * mean * count[j];
    levels.noise_mean[j] = mean;
    levels.signal_from[j] = mean + kThreshold * std::sqrt(std::max(variation, 0.0) / (count[j] + 1.0));
  }
  return levels;
}

std::vector<float> Denoiser::summed_energy() const {
  std::vector<float> energy;
  energy.reserve(static_cast<std::size_t>(store_.frames()));
  const Levels at = levels();
  Bands row_energy{};
  for_each_row(store_, [&](const float* row) {
    subtract_noise(row, at.noise_mean.data(), at.signal_from.data(), row_energy.data());
    double sum = 0.0;
    for (const double value : row_energy) sum += value;
    energy.push_back(static_cast<float>(sum));
  });
  return energy;
}

std::vector<float> Denoiser::denoised() const {
  std::vector<float> values;
  const Levels at = levels();
  Bands row_energy{};
  for_each_row(store_, [&](const float* row) {
    subtract_noise(row, at.noise_mean.data(), at.signal_from.data(), row_energy.data());
    for (const double value : row_energy) values.push_back(static_cast<float>(value));
  });
  return values;
}

}  // namespace veery
