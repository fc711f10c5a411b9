#pragma once
// What shards and index files have in common: attributes, axes, descriptions.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <veery/hdf5/file.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/shard_place.hpp>
#include <veery/shards/shard_writer.hpp>

#include "shards/columns.hpp"

namespace veery {

inline constexpr const char* kShardKind = "veery.shard";
inline constexpr const char* kSplitIndexKind = "veery.split_index";
inline constexpr std::int64_t kShardFormatVersion = 1;

/// Attributes of files whose keys are not FILENAME_SEGMENT.
inline constexpr const char* kKeys = "keys";
inline constexpr const char* kKeyPrefix = "key_prefix";

/// `example`, `sample` and, where there are stems or annotations, `source` and `annotation`.
struct Axes {
  hdf5::Dataset example;
  hdf5::Dataset sample;
  std::optional<hdf5::Dataset> source;
  std::optional<hdf5::Dataset> annotation;
};

[[nodiscard]] Axes create_axes(hdf5::Group& root, std::int64_t rows, const ExampleSchema& schema);

/// Attaches the axes to a dataset [example], [example, sample] or [example, source, sample] and says what it holds.
void describe(hdf5::Dataset& dataset, const Axes& axes, const std::string& units, const std::string& description);
/// Of [example], or [example, annotation] where the column is a list.
void describe_column(hdf5::Dataset& dataset, const Axes& axes, const Column& column);
/// The names of an annotated dataset's classes, as a dataset of their own.
void write_classes(hdf5::Group& root, const ExampleSchema& schema);

void describe_audio(hdf5::Dataset& audio, const Axes& axes, const ExampleSchema& schema);
void describe_stems(hdf5::Dataset& stems, const Axes& axes, const ExampleSchema& schema);
void describe_row_hash(hdf5::Dataset& row_hash, const Axes& axes);

/// Shapes of the datasets `audio` and `stems`.
[[nodiscard]] std::vector<std::int64_t> audio_shape(std::int64_t rows, const ExampleSchema& schema);
[[nodiscard]] std::vector<std::int64_t> stems_shape(std::int64_t rows, const ExampleSchema& schema);

[[nodiscard]] hdf5::ElementType audio_element_type(const ExampleSchema& schema);

/// kind, format version, provenance, place and rate as attributes of the file.
void write_attributes(hdf5::Group& root, const std::string& kind, const SplitPlace& place, const ExampleSchema& schema,
                      const Provenance& provenance);

}  // namespace veery
