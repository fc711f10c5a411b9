#include "shards/shard_file.hpp"

#include <algorithm>

#include <veery/base/version.hpp>

namespace veery {
namespace {

/// An axis without values of its own takes no space in the file. This is netCDF's convention, name included, so
/// that netCDF and xarray know the dimensions too.
hdf5::Dataset create_axis(hdf5::Group& root, const std::string& name, std::int64_t size) {
  hdf5::Dataset axis = root.create_dataset(name, hdf5::ElementType::number(hdf5::ElementKind::float32), {{size}});
  const std::string digits = std::to_string(size);
  const std::string padding(digits.size() < 10 ? 10 - digits.size() : 0, ' ');
  axis.make_scale("This is a netCDF dimension but not a netCDF variable." + padding + digits);
  return axis;
}

void attach(hdf5::Dataset& dataset, int axis, const hdf5::Dataset& scale, const char* label) {
  dataset.attach_scale(axis, scale);
  dataset.set_axis_label(axis, label);
}

void set_texts(hdf5::Dataset& dataset, const std::string& units, const std::string& description) {
  dataset.set_text("units", units);
  dataset.set_text("description", description);
}

std::string audio_units(const ExampleSchema& schema) {
  return schema.audio_type == AudioType::int16 ? "1/32768 of full scale" : "full scale";
}

}  // namespace

Axes create_axes(hdf5::Group& root, std::int64_t rows, const ExampleSchema& schema) {
  Axes axes{create_axis(root, "example", rows), create_axis(root, "sample", schema.samples_per_row), {}, {}};
  if (schema.stems > 0) axes.source = create_axis(root, "source", schema.stems);
  if (schema.is_annotated()) axes.annotation = create_axis(root, "annotation", schema.most_annotations);
  return axes;
}

void describe(hdf5::Dataset& dataset, const Axes& axes, const std::string& units, const std::string& description) {
  const auto last = static_cast<int>(dataset.shape().size()) - 1;
  attach(dataset, 0, axes.example, "example");
  if (last > 1) attach(dataset, 1, axes.source.value(), "source");
  if (last > 0) attach(dataset, last, axes.sample, "sample");
  set_texts(dataset, units, description);
}

void describe_column(hdf5::Dataset& dataset, const Axes& axes, const Column& column) {
  attach(dataset, 0, axes.example, "example");
  if (is_list(column)) attach(dataset, 1, axes.annotation.value(), "annotation");
  set_texts(dataset, column.units, column.description);
}

void write_classes(hdf5::Group& root, const ExampleSchema& schema) {
  std::size_t longest = 1;
  for (const std::string& name : schema.classes) longest = std::max(longest, name.size());
  hdf5::Dataset classes = root.create_dataset(kClasses, hdf5::ElementType::text(longest),
                                              {.shape = {static_cast<std::int64_t>(schema.classes.size())}});
  classes.write_texts(schema.classes);
  set_texts(classes, "text", "names of the classes, by annotation_label");
}

void describe_audio(hdf5::Dataset& audio, const Axes& axes, const ExampleSchema& schema) {
  describe(audio, axes, audio_units(schema),
           "audio of the slices, one row each, at " + std::to_string(schema.sample_rate_hz) + " Hz");
  audio.set_integer("sample_rate_hz", schema.sample_rate_hz);
}

void describe_stems(hdf5::Dataset& stems, const Axes& axes, const ExampleSchema& schema) {
  describe(stems, axes, audio_units(schema), "separated sources of each row of audio, times stem_gain");
  stems.set_integer("sample_rate_hz", schema.sample_rate_hz);
}

void describe_row_hash(hdf5::Dataset& row_hash, const Axes& axes) {
  const std::string row = axes.source ? "the row of audio, then of its stems," : "the row of audio";
  describe(row_hash, axes, "1", "XXH3 (64 bits, seed 0) of " + row + " as little-endian bytes");
}

std::vector<std::int64_t> audio_shape(std::int64_t rows, const ExampleSchema& schema) {
  return {rows, schema.samples_per_row};
}

std::vector<std::int64_t> stems_shape(std::int64_t rows, const ExampleSchema& schema) {
  return {rows, schema.stems, schema.samples_per_row};
}

hdf5::ElementType audio_element_type(const ExampleSchema& schema) {
  const bool is_int16 = schema.audio_type == AudioType::int16;
  return hdf5::ElementType::number(is_int16 ? hdf5::ElementKind::int16 : hdf5::ElementKind::float32);
}

void write_attributes(hdf5::Group& root, const std::string& kind, const SplitPlace& place, const ExampleSchema& schema,
                      const Provenance& provenance) {
  root.set_text("kind", kind);
  root.set_integer("format_version", kShardFormatVersion);
  Provenance all = provenance;
  all.emplace("program_version", program_version());
  all.emplace("commit", program_commit());
  for (const auto& [name, value] : all) root.set_text(name, value);
  root.set_text("dataset", place.dataset);
  root.set_text("version", place.version);
  root.set_text("split", place.split);
  root.set_integer("sample_rate_hz", schema.sample_rate_hz);
  if (schema.keys == KeyRule{}) return;
  root.set_text(kKeys, std::string{to_text(schema.keys.form)});
  root.set_text(kKeyPrefix, schema.keys.prefix);
}

}  // namespace veery
