#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include <veery/audio/recording_stream.hpp>

namespace veery {
namespace {

constexpr std::size_t kSamplesPerRead = 65'536;
constexpr std::int64_t kMergeWithin = 4'096;  ///< lost ranges this near are named as one, so that they stay few

/// Of full scale 1. No sound is louder, whatever its scale, and the squares of louder ones would become infinity.
constexpr float kLoudest = 1e15F;

/// NaN is no sound either.
bool is_sound(float sample) {
  return std::abs(sample) <= kLoudest;
}

/// In integers, so that the loop becomes vectors: without their signs, floats are ordered as their bits are.
bool all_sound(std::span<const float> samples) {
  constexpr auto kMostBits = std::bit_cast<std::uint32_t>(kLoudest);
  std::uint32_t odd = 0;
  for (const float sample : samples) odd |= (std::bit_cast<std::uint32_t>(sample) & 0x7FFF'FFFFU) > kMostBits ? 1U : 0U;
  return odd == 0;
}

/// Whole frames, about as much memory for a thousand channels as for one.
std::size_t samples_per_read(std::size_t channels) {
  return std::max<std::size_t>(kSamplesPerRead / channels, 1) * channels;
}

}  // namespace

RecordingStream::RecordingStream(AudioReader reader, const StreamOptions& options)
    : reader_(std::move(reader)),
      channels_(options.channels),
      resampler_(make_resampler(options.resampler, reader_.info().sample_rate_hz, options.sample_rate_hz)),
      interleaved_(samples_per_read(static_cast<std::size_t>(reader_.info().channels))),
      frames_read_(options.begin_frame),
      wanted_(options.first_s > 0.0 ? static_cast<std::int64_t>(options.first_s * options.sample_rate_hz)
                                    : std::numeric_limits<std::int64_t>::max()) {}

OrRefusal<RecordingStream> RecordingStream::open(const std::filesystem::path& path, const StreamOptions& options) {
  auto opened = AudioReader::open(path);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  auto& reader = std::get<AudioReader>(opened);
  if (options.channels.channel > reader.info().channels) {
    return Refusal{Reason::no_such_channel, "the file has " + std::to_string(reader.info().channels) + " channel(s)"};
  }
  if (!reader.begin_at(options.begin_frame))
    return Refusal{Reason::unreadable, "the decoder does not get to frame " + std::to_string(options.begin_frame)};
  return RecordingStream{std::move(reader), options};
}

std::size_t RecordingStream::read(std::span<float> samples) {
  std::size_t filled = 0;
  while (filled < samples.size()) {
    if (wanted_ == 0) {
      leave_rest();
      break;
    }
    if (ready_start_ == ready_.size()) {
      if (ended_) break;
      refill();
      continue;
    }
    const std::size_t count =
        std::min({samples.size() - filled, ready_.size() - ready_start_, static_cast<std::size_t>(wanted_)});
    std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(ready_start_), count,
                samples.begin() + static_cast<std::ptrdiff_t>(filled));
    ready_start_ += count;
    filled += count;
    wanted_ -= static_cast<std::int64_t>(count);
  }
  return filled;
}

/// Also where the recording ends just there: then there is no rest.
void RecordingStream::leave_rest() {
  if (ended_) return;
  ended_ = true;
  ready_.clear();
  ready_start_ = 0;
  left_rest_ = !reader_.info().length_is_known() || frames_read_ < reader_.info().frames;
  if (!left_rest_) note_end();
}

void RecordingStream::refill() {
  ready_.clear();
  ready_start_ = 0;
  const std::int64_t frames = reader_.read(interleaved_);
  if (frames == 0) {
    resampler_->finish(ready_);
    note_end();
    ended_ = true;
    return;
  }
  mix_to_mono(frames);
  blank_not_finite();
  resampler_->push(mono_, ready_);
  frames_read_ += frames;
}

void RecordingStream::mix_to_mono(std::int64_t frames) {
  const auto channels = static_cast<std::size_t>(reader_.info().channels);
  mono_.resize(static_cast<std::size_t>(frames));
  if (channels == 1 || channels_.channel > 0) {
    const std::size_t wanted = channels_.channel > 0 ? static_cast<std::size_t>(channels_.channel) - 1 : 0;
    for (std::size_t i = 0; i < mono_.size(); ++i) mono_[i] = interleaved_[i * channels + wanted];
    return;
  }
  const auto count = static_cast<float>(channels);
  for (std::size_t i = 0; i < mono_.size(); ++i) {
    float sum = 0.0F;
    for (std::size_t c = 0; c < channels; ++c) sum += interleaved_[i * channels + c];
    mono_[i] = sum / count;
  }
}

void RecordingStream::blank_not_finite() {
  if (all_sound(mono_)) return;
  for (std::size_t i = 0; i < mono_.size(); ++i) {
    if (is_sound(mono_[i])) continue;
    const bool finite = std::isfinite(mono_[i]);
    mono_[i] = 0.0F;
    const std::int64_t frame = frames_read_ + static_cast<std::int64_t>(i);
    if (!lost_.empty() && frame - lost_.back().end <= kMergeWithin) {
      lost_.back().end = frame + 1;
    } else {
      lost_.push_back({frame, frame + 1, {Reason::not_finite, finite ? "louder than any sound" : "NaN or infinity"}});
    }
  }
}

/// Of a length that nobody knows at least one frame is lost.
void RecordingStream::note_read_failure() {
  const AudioInfo& info = reader_.info();
  std::int64_t end = info.length_is_known() ? info.claimed_frames : frames_read_;
  if (!info.length_is_known() || info.length_is_estimated()) end = std::max(end, frames_read_ + 1);
  if (frames_read_ < end) lost_.push_back({frames_read_, end, {Reason::unreadable, reader_.read_failure()}});
}

void RecordingStream::note_end() {
  if (read_failed()) return note_read_failure();
  const AudioInfo& info = reader_.info();
  const std::string complaint = reader_.complaint();
  if (info.length_is_estimated() && complaint.empty()) return;
  const std::int64_t promised = info.length_is_known() ? info.frames : frames_read_;
  if (frames_read_ < promised) {
    lost_.push_back(
        {frames_read_, promised, {Reason::broken_frame, complaint.empty() ? "the decoder stopped" : complaint}});
  }
  const std::int64_t claimed = info.length_is_known() ? info.claimed_frames : promised + (info.lacks_end ? 1 : 0);
  if (claimed > promised) {
    const char* const detail =
        info.lacks_end ? "the Ogg stream has no end" : "the header promises more than the file holds";
    lost_.push_back({promised, claimed, {Reason::truncated, detail}});
  }
}

}  // namespace veery
