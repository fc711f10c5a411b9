#include "shards/shard_file.hpp"

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

}  // namespace

Axes create_axes(hdf5::Group& root, std::int64_t rows, std::int64_t samples_per_row) {
  return {create_axis(root, "example", rows), create_axis(root, "sample", samples_per_row)};
}

void describe(hdf5::Dataset& dataset, const Axes& axes, const std::string& units, const std::string& description) {
  dataset.attach_scale(0, axes.example);
  dataset.set_axis_label(0, "example");
  if (dataset.shape().size() > 1) {
    dataset.attach_scale(1, axes.sample);
    dataset.set_axis_label(1, "sample");
  }
  dataset.set_text("units", units);
  dataset.set_text("description", description);
}

void describe_audio(hdf5::Dataset& audio, const Axes& axes, const ExampleSchema& schema) {
  const bool is_int16 = schema.audio_type == AudioType::int16;
  describe(audio, axes, is_int16 ? "1/32768 of full scale" : "full scale",
           "audio of the slices, one row each, at " + std::to_string(schema.sample_rate_hz) + " Hz");
  audio.set_integer("sample_rate_hz", schema.sample_rate_hz);
}

void describe_row_hash(hdf5::Dataset& row_hash, const Axes& axes) {
  describe(row_hash, axes, "1", "XXH3 (64 bits, seed 0) of the row of audio as little-endian bytes");
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
}

}  // namespace veery
