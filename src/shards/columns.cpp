#include "shards/columns.hpp"

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

constexpr std::size_t kColumnsOfStems = 2;  // the last ones
constexpr std::array<Column, 16> kColumns{{
    {"recording_id", &Example::recording_id, nullptr, "1",
     "id of the recording (in index.csv: the same in hexadecimal)"},
    {"segment_id", &Example::segment_id, nullptr, "1", "number of the slice within its recording, in order of time"},
    {"segment_start", &Example::segment_start, nullptr, "sample",
     "first sample of the slice in its recording, at the dataset's sample rate"},
    {"segment_end", &Example::segment_end, nullptr, "sample", "end of the slice (exclusive), as segment_start"},
    {"filename", &Example::filename, filename_bytes, "text", "path of the recording within the archive"},
    {"label", &Example::label, label_bytes, "text", "label of the recording, empty when there is none"},
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
    {"peak_source", &Example::peak_source, nullptr, "1", "stem on which the peak was found, -1 when on the mixture"},
    {"stem_gain", &Example::stem_gain, nullptr, "1",
     "gain of the stems as stored: stems / stem_gain are on the scale of the audio"},
}};

}  // namespace

std::span<const Column> columns(const ExampleSchema& schema) {
  const std::span<const Column> all{kColumns};
  return schema.stems > 0 ? all : all.first(all.size() - kColumnsOfStems);
}

hdf5::ElementType element_type(const Column& column, const ExampleSchema& schema) {
  return std::visit(
      [&]<typename Value>(Value Example::*) {
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
      [&]<typename Value>(Value Example::*field) {
        std::vector<Value> values;
        values.reserve(order.size());
        for (const std::size_t index : order) values.push_back(examples[index].*field);
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
      [&]<typename Value>(Value Example::*field) {
        const auto assign = [&](const std::vector<Value>& values) {
          for (std::size_t row = 0; row < examples.size(); ++row) examples[row].*field = values.at(row);
        };
        if constexpr (std::is_same_v<Value, std::string>) {
          assign(dataset.read_texts());
        } else {
          assign(hdf5::read_numbers<Value>(dataset));
        }
      },
      column.field);
}

}  // namespace veery
