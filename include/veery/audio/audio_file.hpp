#pragma once
// Audio files through libsndfile: probe a header, stream frames, write a finished file.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <veery/audio/audio_metadata.hpp>
#include <veery/audio/refusal.hpp>
#include <veery/base/output_folder.hpp>

namespace veery {

struct AudioInfo {
  int sample_rate_hz = 0;
  int channels = 0;
  std::int64_t frames = 0;          ///< that the decoder expects to deliver
  std::int64_t claimed_frames = 0;  ///< that the header promises (more than `frames` in a cut file)
  std::string format;               ///< in libsndfile's words
  bool lacks_end = false;           ///< an Ogg stream without its last page, which claims one frame more than there is

  /// Whether the lengths are guesses from the bit rate (MP3): a shorter recording is then no loss.
  [[nodiscard]] bool length_is_estimated() const { return format.starts_with("MPEG"); }
  /// Whether the header tells a length at all; that of a FLAC stream may not.
  [[nodiscard]] bool length_is_known() const { return frames < (std::int64_t{1} << 48U); }
};

/// Streams one file front to back, from its first frame or a later one. One thread at a time per object.
class AudioReader {
 public:
  /// Refuses what `Reason` names; throws nothing for a bad file.
  [[nodiscard]] static OrRefusal<AudioReader> open(const std::filesystem::path& path);

  AudioReader(AudioReader&&) noexcept;
  AudioReader& operator=(AudioReader&&) noexcept;
  ~AudioReader();

  [[nodiscard]] const AudioInfo& info() const;

  /// Goes to a frame from which to read; before the first `read`. Whether the decoder can.
  [[nodiscard]] bool begin_at(std::int64_t frame);

  /// Fills `interleaved` (a whole number of frames; integers scaled to [-1, 1), floats as stored) and
  /// returns the frames delivered, fewer than asked only at the end of what can be decoded.
  [[nodiscard]] std::int64_t read(std::span<float> interleaved);

  /// What may tell time and place: texts, GUANO, chunks `bext` and `wamd`. What can't be read is named in `left_out`.
  [[nodiscard]] AudioMetadata time_and_place();

  /// The decoder's complaint, empty when it had none.
  [[nodiscard]] std::string complaint() const;
  /// The system's words for the read that failed and ended the recording early; empty: none did.
  [[nodiscard]] std::string read_failure() const;
  /// Reads that failed and were tried again.
  [[nodiscard]] std::int64_t read_retries() const;

 private:
  struct State;
  [[nodiscard]] static OrRefusal<AudioReader> open(FileDescriptor opened);
  explicit AudioReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

[[nodiscard]] OrRefusal<AudioInfo> probe_audio(const std::filesystem::path& path);

struct ProbedAudio {
  AudioInfo info;
  AudioMetadata metadata;  ///< that of `AudioReader::time_and_place`
};
/// Likewise, with the metadata out of the same open file.
[[nodiscard]] OrRefusal<ProbedAudio> probe_with_metadata(const std::filesystem::path& path);

/// FLAC and WAV of 16-bit integers, FLAC of 24-bit integers, WAV of float32.
enum class AudioFormat { flac, wav, flac24, wav_float };

[[nodiscard]] std::string_view file_extension(AudioFormat format);  ///< ".flac", ".wav"
/// Bits of an integer sample; 0 for floats.
[[nodiscard]] int integer_bits(AudioFormat format);

/// Writes mono audio piece by piece to its final name only when published whole. No time stamps inside, so the
/// same samples and metadata give the same bytes. A float WAV of 4 GiB or more is an RF64 file.
class AudioWriter {
 public:
  /// FLAC takes rates up to 655,350 Hz. Throws Error, also for more than kMostMetadataWritten of metadata.
  AudioWriter(const std::filesystem::path& path, AudioFormat format, int sample_rate_hz,
              const AudioMetadata& metadata = {});
  /// `name` below `folder`.
  AudioWriter(const OutputFolder& folder, std::string_view name, AudioFormat format, int sample_rate_hz,
              const AudioMetadata& metadata = {});
  ~AudioWriter();
  AudioWriter(const AudioWriter&) = delete;
  AudioWriter& operator=(const AudioWriter&) = delete;

  void write(std::span<const std::int16_t> samples);
  /// Full scale is 1; integers are rounded to nearest and held within their range. No NaN.
  void write(std::span<const float> samples);

  /// Completes the file without showing it: the last place where a full disk can tell. No more samples then.
  void finish();
  /// Where the file waits, complete after `finish`.
  [[nodiscard]] const std::filesystem::path& staged_path() const;
  /// Finishes if need be.
  void publish();

 private:
  void open(int sample_rate_hz, const AudioMetadata& metadata);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
