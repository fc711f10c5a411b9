#pragma once
// One recording as mono float samples at the dataset's rate, front to back, in bounded memory.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/audio/resampler.hpp>

namespace veery {

/// Which channels of the file make the mono signal: the mean of all, or one of them.
struct ChannelChoice {
  int channel = 0;  ///< 0: mean of all channels (Perch's file loader); n ≥ 1: the n-th alone
  friend bool operator==(const ChannelChoice&, const ChannelChoice&) = default;
};

struct StreamOptions {
  int sample_rate_hz = 32'000;
  ChannelChoice channels;
  ResamplerKind resampler = ResamplerKind::soxr_hq;
  double first_s = 0.0;          ///< no more than so much from the start; 0: all
  std::int64_t begin_frame = 0;  ///< of the file: where the recording begins, as if there were nothing before
};

/// Frames [begin, end) of the source file that could not be used, and why.
struct LostRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  Refusal refusal;
};

class RecordingStream {
 public:
  [[nodiscard]] static OrRefusal<RecordingStream> open(const std::filesystem::path& path, const StreamOptions& options);

  /// Fills `samples` and returns the count, fewer than asked only at the end, 0 behind it.
  [[nodiscard]] std::size_t read(std::span<float> samples);

  [[nodiscard]] const AudioInfo& info() const { return reader_.info(); }
  /// Source frames decoded so far, those that were passed over included.
  [[nodiscard]] std::int64_t frames_read() const { return frames_read_; }
  /// Whether the rest of the recording was left out because of `first_s`.
  [[nodiscard]] bool left_rest() const { return left_rest_; }
  /// What is lost so far, in file order: NaN, infinity and what is beyond 1e15 (zero-filled in the samples) and, once
  /// the end is reached, what the header promised and the decoder did not deliver.
  [[nodiscard]] const std::vector<LostRange>& lost() const { return lost_; }
  /// Whether the system failed, however often it was asked, so that more may be read another time.
  [[nodiscard]] bool read_failed() const { return !read_failure().empty(); }
  [[nodiscard]] std::string read_failure() const { return reader_.read_failure(); }
  [[nodiscard]] std::int64_t read_retries() const { return reader_.read_retries(); }

 private:
  RecordingStream(AudioReader reader, const StreamOptions& options);
  void refill();
  void leave_rest();
  void mix_to_mono(std::int64_t frames);
  void blank_not_finite();
  void note_end();
  void note_read_failure();

  AudioReader reader_;
  ChannelChoice channels_;
  std::unique_ptr<Resampler> resampler_;
  std::vector<float> interleaved_;
  std::vector<float> mono_;
  std::vector<float> ready_;
  std::size_t ready_start_ = 0;
  std::int64_t frames_read_;
  std::int64_t wanted_;  ///< samples still to be given
  bool ended_ = false;
  bool left_rest_ = false;
  std::vector<LostRange> lost_;
};

}  // namespace veery
