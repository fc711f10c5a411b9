#pragma once
// What a watcher has finished: one line a recording, in its output folder. Of each the memory holds some 110 bytes,
// however long its path is.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "run/line_file.hpp"

namespace veery {

struct FinishedRecording {
  std::string path;  ///< below the watched folder
  std::int64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t xxh3 = 0;  ///< of the file's bytes; 0: it could not be read
  bool refused = false;
  std::vector<std::string> files;  ///< that were made of it, below the output folder
};

/// One line of JSON, without its line feed.
[[nodiscard]] std::string finished_to_text(const FinishedRecording& finished);
/// Of such a line, or of a line of results, which says the same and more; none for any other text.
[[nodiscard]] std::optional<FinishedRecording> finished_from_text(std::string_view text);

class WatchJournal {
 public:
  /// Begins the journal in this folder, or reads it. `options`: the JSON object of what changes results. Throws
  /// UsageError when it was begun with others, Error when the file fails.
  WatchJournal(const std::filesystem::path& folder, const std::string& options);

  struct Known {
    std::int64_t bytes = 0;
    std::int64_t mtime_ns = 0;
    std::uint64_t xxh3 = 0;
    std::int64_t line = 0;  ///< where it begins
    bool refused = false;
  };
  /// Null for a recording that was never finished. Valid until the next `append`.
  [[nodiscard]] const Known* find(std::string_view path) const;
  /// Whether the recording's files are named with its extension: another one of that stem came first.
  [[nodiscard]] bool keeps_extension(std::string_view path) const;
  /// What was made of a known recording, read from the file.
  [[nodiscard]] std::vector<std::string> files_of(const Known& known) const;

  /// Throws SystemError, with the journal as it was.
  void append(const FinishedRecording& finished);

  [[nodiscard]] std::size_t size() const { return known_.size(); }
  /// Lines that could not be read: their recordings are done again.
  [[nodiscard]] std::size_t damaged() const { return damaged_; }

 private:
  void note(const FinishedRecording& finished, std::int64_t line);

  LineFile lines_;
  std::unordered_map<std::uint64_t, Known> known_;                  ///< by XXH3 of the path
  std::unordered_map<std::uint64_t, std::uint64_t> first_of_stem_;  ///< by XXH3 of the path without its extension
  std::size_t damaged_ = 0;
};

}  // namespace veery
