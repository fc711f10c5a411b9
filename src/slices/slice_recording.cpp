#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <veery/slices/slice_recording.hpp>

#include "slices/slicers.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kSamplesPerRead = 65'536;

class Stopwatch {
 public:
  /// Seconds since the last call.
  double lap_s() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Feeds the whole stream to a slicer and fills the account.
void run(RecordingStream& stream, Slicer& slicer, int sample_rate_hz, const SliceSink& sink,
         RecordingAccount& account) {
  const EmitSlice emit = [&](const Slice& slice, std::span<const float> samples) {
    if (touches_lost(slice, stream, sample_rate_hz)) {
      ++account.slices_on_lost;
      return;
    }
    ++account.slices;
    sink(slice, samples);
  };
  AudioHistory history;
  Stopwatch watch;
  for (bool ended = false; !ended;) {
    const std::size_t count = stream.read(history.room(kSamplesPerRead));
    history.added(count);
    account.decode_s += watch.lap_s();
    ended = count < kSamplesPerRead;
    slicer.advance(history, ended, emit);
    history.forget_before(slicer.needed_from());
    account.peaks_s += watch.lap_s();
  }
  account.samples = history.end();
  account.frames_read = stream.frames_read();
  account.left_rest = stream.left_rest();
  account.lost = stream.lost();
  account.read_retries += stream.read_retries();
}

/// For work that is of no use without the whole recording.
std::optional<Refusal> refuse_read_failure(const RecordingStream& stream) {
  if (!stream.read_failed()) return std::nullopt;
  return Refusal{Reason::unreadable, stream.read_failure()};
}

struct Scan {
  std::vector<Peak> peaks;
  bool is_silent = true;
};

/// The peaks of the whole recording as one scope.
Scan scan(RecordingStream& stream, int sample_rate_hz, const PeakOptions& options, RecordingAccount& account) {
  Scan found;
  PeakFinder finder{sample_rate_hz, options};
  std::vector<float> piece(kSamplesPerRead);
  Stopwatch watch;
  while (const std::size_t count = stream.read(piece)) {
    account.decode_s += watch.lap_s();
    const std::span<const float> samples = std::span{piece}.first(count);
    finder.push(samples);
    found.is_silent = found.is_silent && is_silent(samples);
    account.samples += static_cast<std::int64_t>(count);
    account.peaks_s += watch.lap_s();
  }
  account.read_retries += stream.read_retries();
  found.peaks = finder.finish();
  account.peaks_s += watch.lap_s();
  return found;
}

OrRefusal<std::unique_ptr<Slicer>> make_slicer(const fs::path& path, const StreamOptions& stream_options,
                                               const SliceOptions& options, RecordingAccount& account) {
  const int rate = stream_options.sample_rate_hz;
  if (options.mode == SliceMode::fixed) return std::make_unique<FixedSlicer>(rate, options);
  const std::int64_t length = samples_in(options.interval_s, rate);
  if (options.whole_recording_scope()) {
    auto opened = RecordingStream::open(path, stream_options);
    if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
    auto& stream = std::get<RecordingStream>(opened);
    const auto [peaks, is_silent] = scan(stream, rate, peaks_for_windows(options), account);
    // The second pass may get further, and would miss the peaks there.
    if (auto refusal = refuse_read_failure(stream)) return *std::move(refusal);
    if (account.samples >= length) {
      std::vector<Slice> windows = windows_around_peaks(peaks, length, account.samples, options);
      const bool wants_first = windows.empty() && options.without_peaks == WithoutPeaks::first && !is_silent;
      if (wants_first) windows.push_back({0, length, length, std::nullopt});
      return std::make_unique<GivenSlicer>(std::move(windows));
    }
  }
  SliceOptions blocks = options;  // too short for a slice: one block, wrapped
  if (options.whole_recording_scope()) blocks.peak_scope_s = options.interval_s;
  return std::make_unique<BlockPeakSlicer>(rate, blocks);
}

}  // namespace

bool touches_lost(const Slice& slice, const RecordingStream& stream, int sample_rate_hz) {
  return touches_lost(slice, stream.lost(), stream.frames_read(), sample_rate_hz, stream.info().sample_rate_hz);
}

bool touches_lost(const Slice& slice, std::span<const LostRange> lost, std::int64_t frames_read, int sample_rate_hz,
                  int source_rate_hz) {
  const std::int64_t begin = source_position(slice.start, sample_rate_hz, source_rate_hz);
  const std::int64_t end = std::min(source_position(slice.end(), sample_rate_hz, source_rate_hz), frames_read);
  return std::any_of(lost.begin(), lost.end(),
                     [&](const LostRange& range) { return range.begin < end && begin < range.end; });
}

OrRefusal<RecordingAccount> slice_recording(const fs::path& path, const StreamOptions& stream_options,
                                            const SliceOptions& options, const SliceSink& sink) {
  RecordingAccount account;
  auto slicer = make_slicer(path, stream_options, options, account);
  if (auto* refusal = std::get_if<Refusal>(&slicer)) return std::move(*refusal);
  auto opened = RecordingStream::open(path, stream_options);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  run(std::get<RecordingStream>(opened), *std::get<std::unique_ptr<Slicer>>(slicer), stream_options.sample_rate_hz,
      sink, account);
  return account;
}

OrRefusal<std::vector<Peak>> recording_peaks(const fs::path& path, const StreamOptions& stream_options,
                                             const SliceOptions& options) {
  auto opened = RecordingStream::open(path, stream_options);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  auto& stream = std::get<RecordingStream>(opened);
  const int rate = stream_options.sample_rate_hz;
  RecordingAccount ignored;
  std::vector<Peak> all;
  if (options.whole_recording_scope()) {
    all = scan(stream, rate, options.peaks, ignored).peaks;
    if (auto refusal = refuse_read_failure(stream)) return *std::move(refusal);
    return all;
  }
  std::vector<float> block(static_cast<std::size_t>(samples_in(options.peak_scope_s, rate)));
  std::int64_t start = 0;
  while (const std::size_t count = stream.read(block)) {
    for (Peak peak : find_peaks(std::span{block}.first(count), rate, options.peaks)) {
      peak.sample += start;
      all.push_back(peak);
    }
    start += static_cast<std::int64_t>(count);
  }
  if (auto refusal = refuse_read_failure(stream)) return *std::move(refusal);
  std::stable_sort(all.begin(), all.end(), [](const Peak& a, const Peak& b) { return a.energy > b.energy; });
  return all;
}

}  // namespace veery
