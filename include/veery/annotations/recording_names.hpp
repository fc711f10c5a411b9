#pragma once
// Which recording of an archive an annotation means: tables name files by path, by name or by stem, as they lay on
// somebody else's disk.
#include <compare>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include <veery/annotations/annotation_table.hpp>
#include <veery/archive/archive_index.hpp>

namespace veery {

struct FoundRecording {
  std::size_t place = 0;  ///< in the index
  std::string folder;     ///< as the name has it
  int agreement = 0;      ///< folders in which name and recording agree, from the last on; 1 more if in all
};

/// Looking up is thread-safe.
class RecordingNames {
 public:
  /// `archive`: the folder of the index, whose own name may stand in names, too.
  explicit RecordingNames(const ArchiveIndex& index, std::string archive = {});

  /// `name`: with or without folders ('/' or '\\') and extension; `folder` stands in front of it. Of the recordings
  /// with that stem the one whose folders agree with most of the name's, then the one with the same extension. A file
  /// that the index refuses is unknown_recording, not the next one like it.
  [[nodiscard]] std::variant<FoundRecording, RowFault> find(std::string_view name, std::string_view folder = {}) const;

  /// Of a table that names no recordings itself: "a/x.BirdNET.results.csv" belongs to "a/x.wav". What is behind the
  /// last dots is taken off until a recording fits.
  [[nodiscard]] std::variant<FoundRecording, RowFault> find_of_table(std::string_view table_path) const;

 private:
  struct Candidate {
    std::string path;  ///< below the archive
    std::size_t place = kRefused;
    [[nodiscard]] bool is_usable() const { return place != kRefused; }
  };
  /// How well a candidate fits a path; agreement of folders goes before likeness of names.
  struct Fit {
    int agreement = -1;
    int likeness = 0;
    auto operator<=>(const Fit&) const = default;
  };
  static constexpr std::size_t kRefused = static_cast<std::size_t>(-1);
  void add(const std::string& path, std::size_t place);
  [[nodiscard]] Fit fit(const Candidate& candidate, std::string_view path, int likeness) const;

  std::string archive_;
  std::multimap<std::string, Candidate, std::less<>> by_stem_;
};

}  // namespace veery
