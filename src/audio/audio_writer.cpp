#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "audio/plain_text.hpp"
#include "audio/sound_file.hpp"
#include "audio/sound_output.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
/// libsndfile adds its own name and cuts the whole to 127 bytes, between characters or not.
constexpr std::size_t kLongestSoftware = 96;
constexpr std::size_t kPiece = 8192;  ///< samples converted at a time

bool is_flac(AudioFormat format) {
  return format == AudioFormat::flac || format == AudioFormat::flac24;
}

int sound_format(AudioFormat format) {
  switch (format) {
    case AudioFormat::flac:
      return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
    case AudioFormat::flac24:
      return SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
    case AudioFormat::wav:
      return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    case AudioFormat::wav_float:
      return SF_FORMAT_RF64 | SF_FORMAT_FLOAT;
  }
  return 0;
}

/// Below 4 GiB an ordinary WAV; integers that come are scaled. RF64 has no PEAK chunk, which would hold the time of
/// day, unless SFC_SET_ADD_PEAK_CHUNK is called, be it to switch it off.
void set_up_float(SNDFILE* file) {
  sf_command(file, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
  sf_command(file, SFC_SET_SCALE_INT_FLOAT_WRITE, nullptr, SF_TRUE);
}

void write_texts(SNDFILE* file, const std::map<std::string, std::string>& texts) {
  for (const auto& [name, type] : kSoundTexts) {
    const auto text = texts.find(std::string{name});
    if (text == texts.end()) continue;
    std::string plain = plain_text(text->second);
    if (type == SF_STR_SOFTWARE) plain = cut_text(plain, kLongestSoftware);
    sf_set_string(file, type, plain.c_str());
  }
}

/// libsndfile writes multiples of four bytes, and would take what lies behind the chunk in memory.
void write_chunk(SNDFILE* file, const std::string& id, std::string bytes, char filler) {
  if (bytes.empty()) return;
  bytes.resize((bytes.size() + 3) / 4 * 4, filler);
  SF_CHUNK_INFO chunk{};
  std::strncpy(chunk.id, id.c_str(), sizeof chunk.id - 1);
  chunk.id_size = 4;
  chunk.datalen = static_cast<unsigned>(bytes.size());
  chunk.data = bytes.data();
  if (sf_set_chunk(file, &chunk) != SF_ERR_NO_ERROR) throw Error{sf_strerror(file), "chunk " + id};
}

void write_metadata(SNDFILE* file, AudioFormat format, const AudioMetadata& metadata) {
  std::map<std::string, std::string> texts = metadata.texts;
  if (is_flac(format)) {
    if (!metadata.guano.fields().empty()) texts["comment"] = join_comment(texts["comment"], metadata.guano);
  } else {
    write_chunk(file, "guan", metadata.guano.text(), '\n');
    for (const MetadataChunk& chunk : metadata.chunks) write_chunk(file, chunk.id, chunk.bytes, '\0');
  }
  write_texts(file, texts);
}

}  // namespace

std::string_view file_extension(AudioFormat format) {
  return is_flac(format) ? ".flac" : ".wav";
}

int integer_bits(AudioFormat format) {
  return format == AudioFormat::wav_float ? 0 : format == AudioFormat::flac24 ? 24 : 16;
}

struct AudioWriter::State {
  State(const fs::path& path, AudioFormat file_format) : format(file_format), staged(path), output(staged.create()) {}
  State(const OutputFolder& folder, std::string_view name, AudioFormat file_format)
      : format(file_format), staged(folder.stage(name)), output(staged.create()) {}

  /// After each step: what failed is thrown, with the disk's reason where there is one.
  void check(bool good, const char* complaint) const {
    output.rethrow();
    if (!good) throw Error{complaint, staged.final_path().string(), "can't write an audio file there"};
  }

  AudioFormat format;
  StagedFile staged;
  SoundOutput output;
  SoundHandle file;  ///< closed before its output
};

AudioWriter::AudioWriter(const fs::path& path, AudioFormat format, int sample_rate_hz, const AudioMetadata& metadata)
    : state_(std::make_unique<State>(path, format)) {
  open(sample_rate_hz, metadata);
}

AudioWriter::AudioWriter(const OutputFolder& folder, std::string_view name, AudioFormat format, int sample_rate_hz,
                         const AudioMetadata& metadata)
    : state_(std::make_unique<State>(folder, name, format)) {
  open(sample_rate_hz, metadata);
}

void AudioWriter::open(int sample_rate_hz, const AudioMetadata& metadata) {
  if (metadata.bytes() > kMostMetadataWritten) {
    throw Error{"too much metadata for an audio file", state_->staged.final_path().string(),
                std::to_string(metadata.bytes()) + " bytes"};
  }
  SF_INFO info{};
  info.samplerate = sample_rate_hz;
  info.channels = 1;
  info.format = sound_format(state_->format);
  state_->file.reset(state_->output.open(info));
  state_->check(state_->file != nullptr, sf_strerror(nullptr));
  if (integer_bits(state_->format) == 0) set_up_float(state_->file.get());
  write_metadata(state_->file.get(), state_->format, metadata);
}

AudioWriter::~AudioWriter() = default;

void AudioWriter::write(std::span<const std::int16_t> samples) {
  const auto count = static_cast<sf_count_t>(samples.size());
  const sf_count_t written = sf_write_short(state_->file.get(), samples.data(), count);
  state_->check(written == count, sf_strerror(state_->file.get()));
}

void AudioWriter::write(std::span<const float> samples) {
  SNDFILE* file = state_->file.get();
  if (integer_bits(state_->format) == 0) {
    const auto count = static_cast<sf_count_t>(samples.size());
    return state_->check(sf_write_float(file, samples.data(), count) == count, sf_strerror(file));
  }
  // libsndfile takes integers of any width in the upper bits of 32.
  const int bits = integer_bits(state_->format);
  const double full_scale = std::ldexp(1.0, bits - 1);
  const auto lowest_bit = static_cast<std::int32_t>(std::int64_t{1} << (32 - bits));
  std::array<std::int32_t, kPiece> integers{};
  for (std::size_t at = 0; at < samples.size(); at += kPiece) {
    const std::size_t size = std::min(kPiece, samples.size() - at);
    std::transform(samples.begin() + static_cast<std::ptrdiff_t>(at),
                   samples.begin() + static_cast<std::ptrdiff_t>(at + size), integers.begin(), [&](float sample) {
                     const double scaled =
                         std::clamp(static_cast<double>(sample) * full_scale, -full_scale, full_scale - 1.0);
                     return static_cast<std::int32_t>(std::lrint(scaled)) * lowest_bit;
                   });
    const auto count = static_cast<sf_count_t>(size);
    state_->check(sf_write_int(file, integers.data(), count) == count, sf_strerror(file));
  }
}

void AudioWriter::finish() {
  if (!state_->file) return;
  // A FLAC file without samples gets no header otherwise.
  sf_command(state_->file.get(), SFC_UPDATE_HEADER_NOW, nullptr, 0);
  const bool closed = sf_close(state_->file.release()) == 0;
  state_->check(closed, "cannot complete the file");
}

const fs::path& AudioWriter::staged_path() const {
  return state_->staged.path();
}

void AudioWriter::publish() {
  finish();
  state_->staged.publish();
}

}  // namespace veery
