#pragma once
// The index: every recording of an archive with what its header says, and every refused file with the reason.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <veery/archive/position.hpp>
#include <veery/archive/recording_time.hpp>
#include <veery/archive/site_pattern.hpp>
#include <veery/archive/start_time.hpp>
#include <veery/audio/audio_file.hpp>
#include <veery/audio/refusal.hpp>

namespace veery {

struct Recording {
  std::uint64_t id = 0;  ///< XXH3-64 of `path`
  std::string path;      ///< relative to the archive, '/' between folders, UTF-8
  std::int64_t bytes = 0;
  AudioInfo audio;
  std::optional<RecordingTime> start;
  std::string start_from;                  ///< these are StartTime's
  std::string start_conflicts;             ///<
  std::vector<ClockChange> clock_changes;  ///<
  std::string remarks;
  std::optional<Position> position;
  std::string site;  ///< by the pattern, else the folder that holds it, relative to the archive ("." at the top)

  /// Seconds that the header promises.
  [[nodiscard]] double claimed_s() const;
};

struct RefusedRecording {
  std::string path;  ///< as listed, whatever its bytes
  Refusal refusal;
};

struct ArchiveIndex {
  std::vector<Recording> recordings;      ///< by path
  std::vector<RefusedRecording> refused;  ///< by path
};

/// Candidate paths, relative to the archive and sorted.
struct Listing {
  std::vector<std::string> paths;
  std::vector<RefusedRecording> refused;
};

/// Walks the tree below `archive`: files with an audio extension in any letter case; hidden names and the
/// folder `exclude` are skipped. A symbolic link is followed when what it leads to was not met elsewhere, so
/// loops end and nothing is listed twice. Throws Error when `archive` can't be read.
[[nodiscard]] Listing list_archive(const std::filesystem::path& archive, const std::filesystem::path& exclude = {});

/// Takes the paths from a list, one a line (or NUL-separated), absolute or relative to `archive`. What
/// would leave the archive is refused.
[[nodiscard]] Listing list_from_file(const std::filesystem::path& archive, const std::filesystem::path& list);

/// How names and metadata are read.
struct ProbeOptions {
  StartTimeOptions start;
  std::optional<SitePattern> site;  ///< none: the folder
};

/// Reads one header, with the metadata in it.
[[nodiscard]] OrRefusal<Recording> probe_recording(const std::filesystem::path& archive, const std::string& path,
                                                   const ProbeOptions& options = {});

/// Sorts both lists by path. Throws Error when two paths share an id.
void sort_index(ArchiveIndex& index);

/// The index as text for a round trip between ranks: `to_text` of parts may be concatenated.
[[nodiscard]] std::string index_to_text(const ArchiveIndex& index);
[[nodiscard]] ArchiveIndex index_from_text(std::string_view text);

}  // namespace veery
