#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>

#include "audio/sound_file.hpp"
#include "audio/wav_header.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr int kLowestRateHz = 1'000;
constexpr int kHighestRateHz = 2'000'000;
constexpr std::int64_t kFramesUnknown = std::int64_t{1} << 48U;

std::string format_name(int format) {
  std::string name;
  for (const int part : {format & SF_FORMAT_TYPEMASK, format & SF_FORMAT_SUBMASK}) {
    SF_FORMAT_INFO info{};
    info.format = part;
    const bool known = sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) == 0 && info.name != nullptr;
    name += name.empty() ? "" : "/";
    name += known ? info.name : "unknown";
  }
  return name;
}

/// What the system itself says about the path, before any decoder sees it.
std::optional<Refusal> refuse_file(const fs::path& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (failure) return Refusal{Reason::unreadable, failure.message()};
  if (!fs::is_regular_file(status)) return Refusal{Reason::no_audio, "not a regular file"};
  if (::access(path.c_str(), R_OK) != 0) return Refusal{Reason::unreadable, std::strerror(errno)};
  const auto bytes = fs::file_size(path, failure);
  if (failure) return Refusal{Reason::unreadable, failure.message()};
  if (bytes == 0) return Refusal{Reason::empty, "0 bytes"};
  return std::nullopt;
}

std::optional<Refusal> refuse_header(const std::optional<WavHeader>& header) {
  if (!header) return std::nullopt;
  if (header->channels == 0) return Refusal{Reason::zero_channels, "the header says 0 channels"};
  if (header->sample_rate_hz < kLowestRateHz || header->sample_rate_hz > kHighestRateHz) {
    return Refusal{Reason::absurd_rate, std::to_string(header->sample_rate_hz) + " Hz"};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_info(const SF_INFO& info) {
  if (info.channels <= 0) return Refusal{Reason::zero_channels, "the header says 0 channels"};
  if (info.samplerate < kLowestRateHz || info.samplerate > kHighestRateHz) {
    return Refusal{Reason::absurd_rate, std::to_string(info.samplerate) + " Hz"};
  }
  if (info.frames == 0) return Refusal{Reason::header_only, "the header announces no samples"};
  return std::nullopt;
}

AudioInfo describe(const SF_INFO& info, const std::optional<WavHeader>& header) {
  AudioInfo result;
  result.sample_rate_hz = info.samplerate;
  result.channels = info.channels;
  result.frames = info.frames;
  result.claimed_frames = info.frames;
  result.format = format_name(info.format);
  const int subtype = info.format & SF_FORMAT_SUBMASK;
  const bool linear = subtype <= SF_FORMAT_DOUBLE && subtype != 0;
  if (header && header->data_bytes && header->bytes_per_frame > 0 && linear) {
    result.claimed_frames = std::max<std::int64_t>(info.frames, *header->data_bytes / header->bytes_per_frame);
  }
  return result;
}

}  // namespace

struct AudioReader::State {
  SoundHandle file;
  AudioInfo info;
};

AudioReader::AudioReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
AudioReader::AudioReader(AudioReader&&) noexcept = default;
AudioReader& AudioReader::operator=(AudioReader&&) noexcept = default;
AudioReader::~AudioReader() = default;

OrRefusal<AudioReader> AudioReader::open(const fs::path& path) {
  if (auto refusal = refuse_file(path)) return *std::move(refusal);
  std::optional<WavHeader> header;
  try {
    header = read_wav_header(path);
  } catch (const Error& failure) {
    return Refusal{Reason::unreadable, failure.what()};
  }
  if (auto refusal = refuse_header(header)) return *std::move(refusal);
  SF_INFO info{};
  SoundHandle file{sf_open(path.c_str(), SFM_READ, &info)};
  if (!file) return Refusal{Reason::no_audio, sf_strerror(nullptr)};
  if (auto refusal = refuse_info(info)) return *std::move(refusal);
  return AudioReader{std::make_unique<State>(State{std::move(file), describe(info, header)})};
}

const AudioInfo& AudioReader::info() const {
  return state_->info;
}

std::int64_t AudioReader::read(std::span<float> interleaved) {
  const auto frames = static_cast<sf_count_t>(interleaved.size()) / state_->info.channels;
  return std::max<sf_count_t>(sf_readf_float(state_->file.get(), interleaved.data(), frames), 0);
}

std::string AudioReader::complaint() const {
  return sf_error(state_->file.get()) == SF_ERR_NO_ERROR ? std::string{} : sf_strerror(state_->file.get());
}

OrRefusal<AudioInfo> probe_audio(const fs::path& path) {
  auto opened = AudioReader::open(path);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  auto& reader = std::get<AudioReader>(opened);
  AudioInfo info = reader.info();
  if (info.frames < kFramesUnknown) return info;
  // A streamed FLAC does not say how long it is: decode it once to know.
  std::vector<float> piece(static_cast<std::size_t>(info.channels) * 65536);
  info.frames = 0;
  while (const std::int64_t count = reader.read(piece)) info.frames += count;
  info.claimed_frames = info.frames;
  if (info.frames == 0) return Refusal{Reason::header_only, "no sample behind the header"};
  return info;
}

}  // namespace veery
