#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>

#include "audio/aiff_header.hpp"
#include "audio/ogg_end.hpp"
#include "audio/sound_file.hpp"
#include "audio/sound_input.hpp"
#include "audio/sound_metadata.hpp"
#include "audio/wav_header.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr int kLowestRateHz = 1'000;
constexpr int kHighestRateHz = 2'000'000;

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

/// Whether a frame has the same number of bytes everywhere, so that bytes tell frames.
bool has_plain_frames(const SF_INFO& info) {
  const int subtype = info.format & SF_FORMAT_SUBMASK;
  return (subtype != 0 && subtype <= SF_FORMAT_DOUBLE) || subtype == SF_FORMAT_ULAW || subtype == SF_FORMAT_ALAW;
}

/// What the headers say that libsndfile does not tell.
struct Headers {
  std::optional<WavHeader> wav;
  std::optional<std::int64_t> aiff_frames;
  bool lacks_end = false;
};

/// libsndfile counts the frames of a cut file that are there.
AudioInfo describe(const SF_INFO& info, const Headers& headers) {
  AudioInfo result;
  result.sample_rate_hz = info.samplerate;
  result.channels = info.channels;
  result.frames = info.frames;
  result.claimed_frames = info.frames;
  result.format = format_name(info.format);
  result.lacks_end = headers.lacks_end;
  if (result.lacks_end && result.length_is_known()) ++result.claimed_frames;
  if (!has_plain_frames(info)) return result;
  const std::optional<WavHeader>& wav = headers.wav;
  if (wav && wav->data_bytes && wav->bytes_per_frame > 0) {
    result.claimed_frames = std::max<std::int64_t>(info.frames, *wav->data_bytes / wav->bytes_per_frame);
  }
  if (headers.aiff_frames) result.claimed_frames = std::max<std::int64_t>(info.frames, *headers.aiff_frames);
  return result;
}

}  // namespace

struct AudioReader::State {
  std::unique_ptr<SoundInput> input;
  SoundHandle file;  ///< closed before its input
  AudioInfo info;
};

AudioReader::AudioReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
AudioReader::AudioReader(AudioReader&&) noexcept = default;
AudioReader& AudioReader::operator=(AudioReader&&) noexcept = default;
AudioReader::~AudioReader() = default;

OrRefusal<AudioReader> AudioReader::open(const fs::path& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);  // opening a pipe would wait for its other end
  if (!failure && !fs::is_regular_file(status)) return Refusal{Reason::no_audio, "not a regular file"};
  try {
    return open(FileDescriptor::open(path, O_RDONLY));
  } catch (const SystemError& error) {
    return Refusal{Reason::unreadable, error.cause()};
  }
}

OrRefusal<AudioReader> AudioReader::open(FileDescriptor opened) {
  auto input = std::make_unique<SoundInput>(std::move(opened));
  if (input->file().size() == 0) return Refusal{Reason::empty, "0 bytes"};
  const std::optional<WavHeader> wav = read_wav_header(input->file());
  if (auto refusal = refuse_header(wav)) return *std::move(refusal);
  const Headers headers{wav, read_aiff_frames(input->file()), lacks_ogg_end(input->file())};
  SF_INFO info{};
  SoundHandle file{input->open(info)};
  if (input->failure()) return Refusal{Reason::unreadable, input->failure()->cause()};
  if (!file) return Refusal{Reason::no_audio, sf_strerror(nullptr)};
  if (auto refusal = refuse_info(info)) return *std::move(refusal);
  return AudioReader{std::make_unique<State>(State{std::move(input), std::move(file), describe(info, headers)})};
}

const AudioInfo& AudioReader::info() const {
  return state_->info;
}

bool AudioReader::begin_at(std::int64_t frame) {
  return frame == 0 || sf_seek(state_->file.get(), frame, SEEK_SET) == frame;
}

std::int64_t AudioReader::read(std::span<float> interleaved) {
  const auto frames = static_cast<sf_count_t>(interleaved.size()) / state_->info.channels;
  return std::max<sf_count_t>(sf_readf_float(state_->file.get(), interleaved.data(), frames), 0);
}

std::string AudioReader::complaint() const {
  return sf_error(state_->file.get()) == SF_ERR_NO_ERROR ? std::string{} : sf_strerror(state_->file.get());
}

std::string AudioReader::read_failure() const {
  return state_->input->failure() ? state_->input->failure()->cause() : std::string{};
}

std::int64_t AudioReader::read_retries() const {
  return state_->input->file().retries();
}

AudioMetadata AudioReader::time_and_place() {
  AudioMetadata metadata = collect_metadata(state_->file.get(), kTimeChunks);
  if (state_->input->failure()) metadata.left_out.emplace_back("metadata");
  return metadata;
}

namespace {

OrRefusal<AudioInfo> complete_info(AudioReader& reader) {
  AudioInfo info = reader.info();
  if (info.length_is_known()) return info;
  // A streamed FLAC or a cut Ogg does not say how long it is: decode it once to know.
  std::vector<float> piece(static_cast<std::size_t>(info.channels) * 65536);
  info.frames = 0;
  while (const std::int64_t count = reader.read(piece)) info.frames += count;
  if (!reader.read_failure().empty()) return Refusal{Reason::unreadable, reader.read_failure()};
  info.claimed_frames = info.frames + (info.lacks_end ? 1 : 0);
  if (info.frames == 0) return Refusal{Reason::header_only, "no sample behind the header"};
  return info;
}

}  // namespace

OrRefusal<AudioInfo> probe_audio(const fs::path& path) {
  auto opened = AudioReader::open(path);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  return complete_info(std::get<AudioReader>(opened));
}

OrRefusal<ProbedAudio> probe_with_metadata(const fs::path& path) {
  auto opened = AudioReader::open(path);
  if (auto* refusal = std::get_if<Refusal>(&opened)) return std::move(*refusal);
  auto& reader = std::get<AudioReader>(opened);
  auto info = complete_info(reader);
  if (auto* refusal = std::get_if<Refusal>(&info)) return std::move(*refusal);
  return ProbedAudio{std::get<AudioInfo>(std::move(info)), reader.time_and_place()};
}

}  // namespace veery
