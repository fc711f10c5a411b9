#pragma once
// Which recording of an archive an annotation means: tables name files by path, by name or by stem, as they lay on
// somebody else's disk.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <veery/annotations/annotation_table.hpp>
#include <veery/archive/archive_index.hpp>

namespace veery {

/// Keeps a reference to the index. Looking up is thread-safe.
class RecordingNames {
 public:
  explicit RecordingNames(const ArchiveIndex& index);

  /// `name`: with or without folders ('/' or '\') and extension. Of recordings with that file name (else: with that
  /// stem) the one whose folders agree with most of the name's, from the last on; `folder` stands in front of the name.
  /// The recording's place in the index, or unknown_recording or ambiguous_recording.
  [[nodiscard]] std::variant<std::size_t, RowFault> find(std::string_view name, std::string_view folder = {}) const;

  /// Of a table that names no recordings itself: "a/x.BirdNET.results.csv" belongs to "a/x.wav". What is behind the
  /// last dots is taken off until a recording fits.
  [[nodiscard]] std::variant<std::size_t, RowFault> find_of_table(std::string_view table_path) const;

 private:
  using Found = std::vector<std::size_t>;
  [[nodiscard]] std::variant<std::size_t, RowFault> nearest(const Found& found, std::string_view path) const;

  const ArchiveIndex& index_;
  std::map<std::string_view, Found, std::less<>> by_name_;
  std::map<std::string_view, Found, std::less<>> by_stem_;
};

}  // namespace veery
