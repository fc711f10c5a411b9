#pragma once
// Where in a table's rows the parts of an annotation stand, by the names that its header gives them.
#include <optional>
#include <span>
#include <string>

#include <veery/annotations/annotation_table.hpp>

namespace veery {

/// Places of cells; none: the table has no such column.
struct ColumnPlaces {
  std::optional<std::size_t> folder;
  std::optional<std::size_t> recording;
  std::optional<std::size_t> start;
  std::optional<std::size_t> end;
  std::optional<std::size_t> duration;
  std::optional<std::size_t> file_offset;  ///< of the start in its file, where `start` counts over many files
  std::optional<std::size_t> label;
  std::optional<std::size_t> confidence;
  bool is_perchs = false;        ///< a table of its soundscapes: -1 is the recording's end, ???? an unknown sound
  bool labels_by_space = false;  ///< a cell holds several
};

/// `missing`: the columns that the table lacks, in words; empty when it has all that it needs.
struct FoundColumns {
  ColumnPlaces places;
  std::string missing;
};
[[nodiscard]] FoundColumns find_columns(std::span<const std::string> header, const AnnotationColumns& asked);

/// Of Audacity's label tracks: start, end, label.
[[nodiscard]] ColumnPlaces label_track_columns();

}  // namespace veery
