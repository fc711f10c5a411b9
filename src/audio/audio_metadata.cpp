#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include <veery/audio/audio_metadata.hpp>

#include "audio/plain_text.hpp"
#include "audio/sound_file.hpp"
#include "audio/sound_input.hpp"
#include "audio/sound_metadata.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kGuanoStart = "GUANO|Version";

/// Adds what fits to `metadata`, in the order of its calls.
class Collector {
 public:
  explicit Collector(AudioMetadata& metadata) : metadata_(metadata) {}

  /// Before it is read: whether there is room for `bytes`.
  [[nodiscard]] bool may_fit(std::string_view name, std::size_t bytes) {
    if (bytes > left_) metadata_.left_out.emplace_back(name);
    return bytes <= left_;
  }
  /// Uses the room up. A text may have grown since: Latin-1 takes more bytes in UTF-8.
  [[nodiscard]] bool take(std::string_view name, std::size_t bytes) {
    if (!may_fit(name, bytes)) return false;
    left_ -= bytes;
    return true;
  }

 private:
  AudioMetadata& metadata_;
  std::size_t left_ = kMostMetadataRead;
};

/// The first chunk of that name; what the file's end cuts off is zeros.
std::optional<std::string> read_chunk(SNDFILE* file, const char* id, Collector& collector) {
  SF_CHUNK_INFO chunk{};
  std::strncpy(chunk.id, id, sizeof chunk.id - 1);
  chunk.id_size = 4;
  const SF_CHUNK_ITERATOR* found = sf_get_chunk_iterator(file, &chunk);
  if (found == nullptr || sf_get_chunk_size(found, &chunk) != SF_ERR_NO_ERROR || chunk.datalen == 0) return {};
  if (!collector.may_fit(id, chunk.datalen)) return {};
  std::string bytes(chunk.datalen, '\0');
  chunk.data = bytes.data();
  if (sf_get_chunk_data(found, &chunk) != SF_ERR_NO_ERROR) return {};
  return bytes;
}

void read_guano(SNDFILE* file, AudioMetadata& metadata, Collector& collector) {
  const auto bytes = read_chunk(file, "guan", collector);
  if (!bytes) return;
  Guano guano = Guano::parse(*bytes);
  if (collector.take("guan", guano.text().size())) metadata.guano = std::move(guano);
}

void read_chunks(SNDFILE* file, std::span<const char* const> ids, AudioMetadata& metadata, Collector& collector) {
  for (const char* id : ids) {
    auto bytes = read_chunk(file, id, collector);
    if (bytes && collector.take(id, bytes->size())) metadata.chunks.push_back({id, *std::move(bytes)});
  }
}

void read_texts(SNDFILE* file, AudioMetadata& metadata, Collector& collector) {
  for (const auto& [name, type] : kSoundTexts) {
    const char* stored = sf_get_string(file, type);
    if (stored == nullptr || !collector.may_fit(name, std::strlen(stored))) continue;
    const std::string plain = plain_text(stored);
    const std::string_view text = trim(plain);
    if (!text.empty() && collector.take(name, text.size())) metadata.texts.emplace(name, text);
  }
}

/// Takes GUANO lines out of the comment again.
void split_comment(AudioMetadata& metadata) {
  const auto comment = metadata.texts.find("comment");
  if (comment == metadata.texts.end()) return;
  std::string& text = comment->second;
  std::size_t at = text.starts_with(kGuanoStart) ? 0 : text.find("\n" + std::string{kGuanoStart});
  if (at == std::string::npos) return;
  if (metadata.guano.fields().empty()) metadata.guano = Guano::parse(std::string_view{text}.substr(at));
  text.resize(at);
  if (text.empty()) metadata.texts.erase(comment);
}

}  // namespace

std::size_t AudioMetadata::bytes() const {
  std::size_t total = guano.text().size();
  for (const auto& [name, text] : texts) total += text.size() + 16;
  for (const MetadataChunk& chunk : chunks) total += chunk.bytes.size() + 16;
  return total;
}

AudioMetadata collect_metadata(SNDFILE* file, std::span<const char* const> chunks) {
  AudioMetadata metadata;
  Collector collector{metadata};
  read_guano(file, metadata, collector);
  read_chunks(file, chunks, metadata, collector);
  read_texts(file, metadata, collector);
  split_comment(metadata);
  return metadata;
}

AudioMetadata read_metadata(const fs::path& path) {
  AudioMetadata metadata;
  std::error_code failure;
  if (!fs::is_regular_file(path, failure)) return metadata;
  SF_INFO info{};
  SoundInput input{FileDescriptor::open(path, O_RDONLY)};
  const SoundHandle file{input.open(info)};
  if (file) metadata = collect_metadata(file.get(), kAllChunks);
  if (input.failure()) throw SystemError{*input.failure()};
  return metadata;
}

std::string join_comment(const std::string& comment, const Guano& guano) {
  const std::string lines = guano.text();
  return comment.empty() || lines.empty() ? comment + lines : comment + "\n" + lines;
}

}  // namespace veery
