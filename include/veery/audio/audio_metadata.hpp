#pragma once
// What an audio file says about itself: title, comment and the like, GUANO fields, and chunks of other programs.
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <veery/audio/guano.hpp>

namespace veery {

/// Bytes of texts, GUANO and chunks together that are read; libsndfile can't write a WAV with more than 50 KiB of
/// them, and the rest is for what is added.
inline constexpr std::size_t kMostMetadataRead = std::size_t{40} * 1024;
inline constexpr std::size_t kMostMetadataWritten = std::size_t{48} * 1024;

/// A chunk of a WAV, byte for byte: `bext` (Broadcast WAVE), `iXML`, `wamd` (Wildlife Acoustics).
struct MetadataChunk {
  std::string id;  ///< four characters
  std::string bytes;
};

struct AudioMetadata {
  /// UTF-8, none empty, by name: title, artist, comment, date, software, copyright, album, license, track_number,
  /// genre. In a WAV they are the LIST/INFO chunk (where `license` has no place), in FLAC Vorbis comments.
  std::map<std::string, std::string> texts;
  /// In a WAV the `guan` chunk. FLAC has no such place: there it stands in `comment`, behind the comment itself.
  Guano guano;
  std::vector<MetadataChunk> chunks;  ///< WAV only
  /// Names of texts and chunks that were left out because they are too large.
  std::vector<std::string> left_out;

  /// Near what it takes in a file.
  [[nodiscard]] std::size_t bytes() const;
};

/// Empty for a file that carries none, is missing or no audio (AudioReader::open says why). What is malformed is left
/// out. Throws SystemError only when the system fails to read the file.
[[nodiscard]] AudioMetadata read_metadata(const std::filesystem::path& path);

/// A comment with GUANO lines behind it, as FLAC files carry them: "comment\nGUANO|Version: 1.0\n…".
[[nodiscard]] std::string join_comment(const std::string& comment, const Guano& guano);

}  // namespace veery
