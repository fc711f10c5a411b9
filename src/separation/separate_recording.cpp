#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <chrono>
#include <cmath>
#include <queue>
#include <string>
#include <utility>

#include <veery/audio/audio_history.hpp>
#include <veery/base/csv.hpp>
#include <veery/separation/separate_recording.hpp>

#include "separation/stem_output.hpp"

namespace veery {
namespace separation {
namespace {

constexpr std::size_t kSamplesPerRead = 65'536;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::int64_t in_samples(double seconds, int rate_hz) {
  return std::max<std::int64_t>(1, std::llround(seconds * rate_hz));
}

class RecordingSeparation {
 public:
  RecordingSeparation(RecordingStream& stream, const SeparateOptions& options, Batcher& batcher, const StemSink& sink)
      : stream_(stream),
        model_(batcher.model().info()),
        window_(in_samples(options.windows.window_s, model_.sample_rate_hz)),
        hop_(in_samples(options.windows.hop_s, model_.sample_rate_hz)),
        output_rate_hz_(options.output_rate_hz > 0 ? options.output_rate_hz : model_.sample_rate_hz),
        client_(batcher),
        stitcher_(model_.sources, model_.sample_rate_hz, options.windows),
        output_(model_.sources, model_.sample_rate_hz, output_rate_hz_, sink) {}

  SeparationAccount run() {
    for (bool ended = false; !ended;) {
      const auto begin = Clock::now();
      const std::size_t count = stream_.read(mixture_.room(kSamplesPerRead));
      mixture_.added(count);
      account_.decode_s += seconds_since(begin);
      ended = count < kSamplesPerRead;
      submit_whole_windows();
      if (ended) end();
    }
    account_.frames_read = stream_.frames_read();
    account_.lost = stream_.lost();
    account_.read_retries = stream_.read_retries();
    if (account_.not_separated) account_.not_separated->end = account_.frames_read;
    account_.seams = stitcher_.seams();
    account_.residual = meter_.result();
    account_.samples = output_.samples();
    account_.sample_rate_hz = output_rate_hz_;
    return std::move(account_);
  }

 private:
  void submit_whole_windows() {
    if (account_.not_separated) {  // only to the end, for the account
      mixture_.forget_before(mixture_.end());
      return;
    }
    for (; next_start_ + window_ <= mixture_.end(); next_start_ += hop_) submit(next_start_, window_);
    // The last window may begin anywhere behind `end - window`.
    mixture_.forget_before(std::min({next_start_, mixture_.end() - window_, joined_}));
  }

  /// The end is known: a last window that ends there, and everything that is still due.
  void end() {
    if (account_.not_separated) return;
    const int source_hz = stream_.info().sample_rate_hz;
    output_.set_length(resampled_length(stream_.frames_read(), source_hz, output_rate_hz_));
    const std::int64_t length = mixture_.end();
    if (submitted_to_ < length) submit(std::max<std::int64_t>(length - window_, 0), std::min(window_, length));
    while (!starts_.empty()) take_one();
    if (account_.not_separated) return;
    stitcher_.finish([this](const StemBlock& stems) { join(stems); });
    output_.finish();
  }

  void submit(std::int64_t start, std::int64_t length) {
    while (client_.full()) take_one();
    const std::span<const float> samples = mixture_.window(start, length);
    client_.submit({samples.begin(), samples.end()});
    starts_.push(start);
    submitted_to_ = start + length;
  }

  void take_one() {
    const std::int64_t start = starts_.front();
    starts_.pop();
    const at::Tensor stems = client_.next();
    const auto begin = Clock::now();
    if (!account_.not_separated && !at::isfinite(stems).all().item<bool>()) give_up(start);
    if (account_.not_separated) return;
    stitcher_.push(start, stems, [this](const StemBlock& block) { join(block); });
    account_.stitch_s += seconds_since(begin);
  }

  void give_up(std::int64_t start) {
    const double at_s = static_cast<double>(start) / model_.sample_rate_hz;
    const std::int64_t frame = source_position(start, model_.sample_rate_hz, stream_.info().sample_rate_hz);
    account_.not_separated = {
        frame,
        frame,
        {Reason::not_separated, "the model gives NaN or infinity in the window at " + fixed_decimal(at_s, 1) + " s"}};
  }

  void join(const StemBlock& stems) {
    const auto count = static_cast<std::int64_t>(stems.front().size());
    meter_.add(stems, mixture_.window(joined_, count));
    joined_ += count;
    output_.add(stems);
  }

  RecordingStream& stream_;
  const ModelInfo& model_;
  std::int64_t window_;
  std::int64_t hop_;
  int output_rate_hz_;
  Batcher::Client client_;
  Stitcher stitcher_;
  StemOutput output_;
  ResidualMeter meter_;
  AudioHistory mixture_;
  std::queue<std::int64_t> starts_;  ///< of the windows under way
  std::int64_t next_start_ = 0;
  std::int64_t submitted_to_ = 0;
  std::int64_t joined_ = 0;
  SeparationAccount account_;
};

}  // namespace
}  // namespace separation

OrRefusal<SeparationAccount> separate_recording(const std::filesystem::path& path, const SeparateOptions& options,
                                                Batcher& batcher, const StemSink& sink) {
  auto opened =
      RecordingStream::open(path, {batcher.model().info().sample_rate_hz, options.channels, options.resampler});
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  c10::InferenceMode inference;
  return separation::RecordingSeparation{std::get<RecordingStream>(opened), options, batcher, sink}.run();
}

}  // namespace veery
