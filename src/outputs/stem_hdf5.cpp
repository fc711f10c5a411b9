#include "outputs/stem_hdf5.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <veery/base/version.hpp>
#include <veery/hdf5/file.hpp>

#include "outputs/stem_lineage.hpp"

namespace veery {
namespace {

constexpr std::int64_t kStemFormatVersion = 1;

void write_attributes(hdf5::Group& root, const ParentRecording& parent, const Separation& separation) {
  root.set_text("kind", "veery.stems");
  root.set_integer("format_version", kStemFormatVersion);
  root.set_text("program_version", std::string{program_version()});
  root.set_text("commit", std::string{program_commit()});
  root.set_integer("sample_rate_hz", separation.sample_rate_hz);
  root.set_number("gain", 1.0);
  root.set_text("model", separation.model);
  root.set_text("parent", parent.path);
  root.set_integer("parent_sample_rate_hz", parent.sample_rate_hz);
  root.set_integer("parent_samples", parent.samples);
  root.set_text("guano", stem_lineage(parent, separation, 1.0).text());
  for (const auto& [name, text] : parent.metadata.texts) root.set_text("parent_" + name, text);
}

/// One block of every source, sample by sample.
std::vector<float> interleave(const StemSpool& spool, std::int64_t first) {
  const std::size_t sources = spool.sources();
  std::vector<float> rows;
  for (std::size_t source = 0; source < sources; ++source) {
    const std::vector<float> samples = spool.read(source, first);
    rows.resize(samples.size() * sources);
    for (std::size_t i = 0; i < samples.size(); ++i) rows[i * sources + source] = samples[i];
  }
  return rows;
}

}  // namespace

void write_stem_hdf5(const std::filesystem::path& path, const StemSpool& spool, const ParentRecording& parent,
                     const Separation& separation) {
  hdf5::File file = hdf5::File::create(path);
  write_attributes(file.root(), parent, separation);
  {
    // HDF5 is written by whole rows: with samples as rows a recording of any length goes through in blocks.
    const hdf5::DatasetLayout layout{.shape = {spool.samples(), static_cast<std::int64_t>(spool.sources())},
                                     .chunk = {std::min(StemSpool::kBlockSamples, spool.samples()), 1},
                                     .checksum = true};
    hdf5::Dataset stems = file.root().create_dataset("stems", hdf5::element_type_of<float>(), layout);
    stems.set_axis_label(0, "sample");
    stems.set_axis_label(1, "source");
    stems.set_text("units", "full scale");
    for (std::int64_t first = 0; first < spool.samples(); first += StemSpool::kBlockSamples) {
      const std::vector<float> rows = interleave(spool, first);
      stems.write_rows(first, std::as_bytes(std::span{rows}));
    }
  }
  file.close();
}

}  // namespace veery
