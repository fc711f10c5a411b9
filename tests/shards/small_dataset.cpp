#include "small_dataset.hpp"

namespace veery::test {

namespace fs = std::filesystem;

ExampleSchema small_schema() {
  return {.sample_rate_hz = 32000,
          .samples_per_row = 1000,
          .audio_type = AudioType::int16,
          .filename_bytes = 40,
          .label_bytes = 8,
          .site_bytes = 8};
}

ExampleSchema schema_with_stems(std::int64_t stems, AudioType audio_type) {
  ExampleSchema schema = small_schema();
  schema.stems = stems;
  schema.audio_type = audio_type;
  return schema;
}

Provenance small_provenance() {
  return {{"fingerprint", "f00d"}, {"options", R"({"interval":"6s"})"}};
}

namespace {

Example make_example(int number, int recording) {
  const auto start = static_cast<std::uint64_t>(number) * 500;
  Example example;
  example.recording_id = (std::uint64_t{1} << 63U) + static_cast<std::uint64_t>(recording);
  example.segment_id = number;
  example.segment_start = start;
  example.segment_end = start + 1000;
  example.filename = recording % 2 == 0 ? "plain/rec_" + std::to_string(recording) + ".wav"
                                        : "Wälder/鳥 \"ö\", " + std::to_string(recording) + ".flac";
  example.label = number % 3 == 0 ? "" : "wren";
  example.source_start_sample = number * 750;
  example.source_end_sample = number * 750 + 1500;
  example.source_sample_rate_hz = 48000;
  example.padded_samples = number % 4;
  if (number % 2 == 0) {
    example.peak_sample = number * 500 + 500;
    example.peak_energy = 0.1F * static_cast<float>(number);
    example.start_time = "2024-06-01T05:00:00.250+02:00";
    example.site = "Höhe";
  }
  return example;
}

}  // namespace

SmallDataset::SmallDataset(int count, ExampleSchema schema, int first_recording)
    : schema_(schema), spool_(std::make_unique<RowSpool>(folder_.path(), row_bytes(schema))) {
  for (int number = 0; number < count; ++number) {
    examples.push_back(make_example(number, first_recording + number % 2));
    if (schema.stems > 0) {
      examples.back().peak_source = static_cast<std::int32_t>(number % (schema.stems + 1)) - 1;
      examples.back().stem_gain = number % 2 == 0 ? 1.0F : 0.25F;
    }
    examples.back().spool_row = spool_->append(row(static_cast<std::size_t>(number)));
  }
}

std::vector<std::byte> SmallDataset::row(std::size_t index) const {
  std::vector<std::byte> bytes(row_bytes(schema_));
  std::uint32_t state = static_cast<std::uint32_t>(index) * 7919U + 1U;
  for (std::byte& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(state >> 26U);  // small values: no NaN among float samples, and gzip finds something
  }
  return bytes;
}

std::vector<std::byte> SmallDataset::audio(std::size_t index) const {
  std::vector<std::byte> bytes = row(index);
  bytes.resize(mixture_bytes(schema_));
  return bytes;
}

std::vector<std::byte> SmallDataset::stems(std::size_t index) const {
  const std::vector<std::byte> bytes = row(index);
  return {bytes.begin() + static_cast<std::ptrdiff_t>(mixture_bytes(schema_)), bytes.end()};
}

ShardSummary SmallDataset::write(const fs::path& folder, int index, int count) const {
  return write_shard(folder, {"birds", "1.0.0", "train", index, count}, schema_, small_provenance(), examples, *spool_);
}

}  // namespace veery::test
