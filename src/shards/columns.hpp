#pragma once
// The one table of a shard's columns: writer, reader, index and features.json all follow it.
#include <span>
#include <variant>
#include <vector>

#include <veery/hdf5/dataset.hpp>
#include <veery/shards/example.hpp>

namespace veery {

/// Of the row, or of each of its annotations: a list that is as long as the most have, -1 behind its end.
using Field = std::variant<std::uint64_t Example::*, std::int64_t Example::*, std::int32_t Example::*, float Example::*,
                           std::string Example::*, std::int64_t SliceAnnotation::*>;
inline constexpr std::int64_t kNoAnnotation = -1;

struct Column {
  const char* name;
  Field field;
  std::size_t (*text_bytes)(const ExampleSchema&);  ///< of text columns, else null
  const char* units;
  const char* description;
};

/// All columns but the row hash, which is no field of Example. Some are of annotated datasets, or of those with stems.
[[nodiscard]] std::vector<Column> columns(const ExampleSchema& schema);
[[nodiscard]] hdf5::ElementType element_type(const Column& column, const ExampleSchema& schema);
[[nodiscard]] bool is_list(const Column& column);
/// Of the dataset that holds the column.
[[nodiscard]] std::vector<std::int64_t> column_shape(const Column& column, const ExampleSchema& schema,
                                                     std::int64_t rows);

inline constexpr const char* kAudio = "audio";
inline constexpr const char* kStems = "stems";
inline constexpr const char* kRowHash = "row_xxh3";
inline constexpr const char* kClasses = "classes";

/// `order` gives the examples' indices row by row.
void write_column(hdf5::Dataset& dataset, const Column& column, std::span<const Example> examples,
                  std::span<const std::size_t> order);
void read_column(const hdf5::Dataset& dataset, const Column& column, std::span<Example> examples);

}  // namespace veery
