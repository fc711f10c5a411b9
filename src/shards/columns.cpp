#include "shards/columns.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace veery {
namespace {

std::size_t filename_bytes(const ExampleSchema& schema) {
  return schema.filename_bytes;
}
std::size_t label_bytes(const ExampleSchema& schema) {
  return schema.label_bytes;
}
std::size_t site_bytes(const ExampleSchema& schema) {
  return schema.site_bytes;
}
std::size_t start_time_bytes(const ExampleSchema&) {
  return 32;
}

constexpr std::array<Column, 14> kColumns{{
    {"recording_id", &Example::recording_id, nullptr, "1",
     "id of the recording (in index.csv: the same in hexadecimal)"},
    {"segment_id", &Example::segment_id, nullptr, "1", "number of the slice within its recording, in order of time"},
    {"segment_start", &Example::segment_start, nullptr, "sample",
     "first sample of the slice in its recording, at the dataset's sample rate"},
    {"segment_end", &Example::segment_end, nullptr, "sample", "end of the slice (exclusive), as segment_start"},
    {"filename", &Example::filename, filename_bytes, "text", "path of the recording within the archive"},
    {"label", &Example::label, label_bytes, "text", "classes of what is annotated in the slice, with ; between them"},
    {"source_start_sample", &Example::source_start_sample, nullptr, "sample",
     "first sample of the slice in the file, at the file's own rate"},
    {"source_end_sample", &Example::source_end_sample, nullptr, "sample",
     "end of the slice in the file (exclusive), at the file's own rate"},
    {"source_sample_rate_hz", &Example::source_sample_rate_hz, nullptr, "Hz", "sample rate of the file"},
    {"padded_samples", &Example::padded_samples, nullptr, "sample", "samples of the row that are not from the file"},
    {"peak_sample", &Example::peak_sample, nullptr, "sample",
     "position of the peak in the recording at the dataset's sample rate, -1 when there is none"},
    {"peak_energy", &Example::peak_energy, nullptr, "1", "energy of the peak, NaN when there is none"},
    {"start_time", &Example::start_time, start_time_bytes, "ISO 8601",
     "wall-clock time of the row's first sample, empty when unknown"},
    {"site", &Example::site, site_bytes, "text", "where the recording was made, empty when unknown"},
}};
constexpr std::array<Column, 3> kColumnsOfAnnotations{{
    {"annotation_start", &SliceAnnotation::start, nullptr, "sample",
     "starts of the annotations that the slice overlaps, in its recording; -1 behind the last"},
    {"annotation_end", &SliceAnnotation::end, nullptr, "sample", "their ends (exclusive)"},
    {"annotation_label", &SliceAnnotation::label, nullptr, "1", "their classes, as rows of classes"},
}};
constexpr std::array<Column, 2> kColumnsOfStems{{
    {"peak_source", &Example::peak_source, nullptr, "1", "stem on which the peak was found, -1 when on the mixture"},
    {"stem_gain", &Example::stem_gain, nullptr, "1",
     "gain of the stems as stored: stems / stem_gain are on the scale of the audio"},
}};

/// One value of a row.
template <typename Value>
void append(const Example& example, Value Example::*field, const std::vector<std::int64_t>& /*shape*/,
            std::vector<Value>& values) {
  values.push_back(example.*field);
}

/// A list, filled up to the width of the column.
template <typename Value>
void append(const Example& example, Value SliceAnnotation::*field, const std::vector<std::int64_t>& shape,
            std::vector<Value>& values) {
  const std::size_t end = values.size() + static_cast<std::size_t>(shape.at(1));
  for (const SliceAnnotation& annotation : example.annotations) values.push_back(annotation.*field);
  values.resize(end, kNoAnnotation);
}

template <typename Value>
void assign(const std::vector<Value>& values, Value Example::*field, std::span<Example> examples) {
  for (std::size_t row = 0; row < examples.size(); ++row) examples[row].*field = values.at(row);
}

template <typename Value>
void assign_lists(const std::vector<Value>& values, Value SliceAnnotation::*field,
                  const std::vector<std::int64_t>& shape, std::span<Example> examples) {
  const auto width = static_cast<std::size_t>(shape.at(1));
  for (std::size_t row = 0; row < examples.size(); ++row) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * width);
    const auto last = std::find(first, first + static_cast<std::ptrdiff_t>(width), kNoAnnotation);
    examples[row].annotations.resize(static_cast<std::size_t>(last - first));
    for (std::size_t i = 0; i < examples[row].annotations.size(); ++i)
      examples[row].annotations[i].*field = first[static_cast<std::ptrdiff_t>(i)];
  }
}

}  // namespace

std::vector<Column> columns(const ExampleSchema& schema) {
  std::vector<Column> all{kColumns.begin(), kColumns.end()};
  if (schema.is_annotated()) all.insert(all.end(), kColumnsOfAnnotations.begin(), kColumnsOfAnnotations.end());
  if (schema.stems > 0) all.insert(all.end(), kColumnsOfStems.begin(), kColumnsOfStems.end());
  return all;
}

bool is_list(const Column& column) {
  return std::holds_alternative<std::int64_t SliceAnnotation::*>(column.field);
}

std::vector<std::int64_t> column_shape(const Column& column, const ExampleSchema& schema, std::int64_t rows) {
  if (is_list(column)) return {rows, schema.most_annotations};
  return {rows};
}

hdf5::ElementType element_type(const Column& column, const ExampleSchema& schema) {
  return std::visit(
      [&]<typename Value, typename Owner>(Value Owner::*) {
        if constexpr (std::is_same_v<Value, std::string>) {
          return hdf5::ElementType::text(column.text_bytes(schema));
        } else {
          return hdf5::element_type_of<Value>();
        }
      },
      column.field);
}

void write_column(hdf5::Dataset& dataset, const Column& column, std::span<const Example> examples,
                  std::span<const std::size_t> order) {
  std::visit(
      [&]<typename Value, typename Owner>(Value Owner::*field) {
        std::vector<Value> values;
        for (const std::size_t index : order) append(examples[index], field, dataset.shape(), values);
        if constexpr (std::is_same_v<Value, std::string>) {
          dataset.write_texts(values);
        } else {
          hdf5::write_numbers<Value>(dataset, values);
        }
      },
      column.field);
}

void read_column(const hdf5::Dataset& dataset, const Column& column, std::span<Example> examples) {
  std::visit(
      [&]<typename Value, typename Owner>(Value Owner::*field) {
        if constexpr (std::is_same_v<Owner, SliceAnnotation>) {
          assign_lists(hdf5::read_numbers<Value>(dataset), field, dataset.shape(), examples);
        } else if constexpr (std::is_same_v<Value, std::string>) {
          assign(dataset.read_texts(), field, examples);
        } else {
          assign(hdf5::read_numbers<Value>(dataset), field, examples);
        }
      },
      column.field);
}

}  // namespace veery
