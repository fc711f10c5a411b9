#include "outputs/stem_lineage.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <veery/base/version.hpp>

namespace veery {
namespace {

/// The shortest text that reads back as the same number, in any locale.
std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

void set_if_missing(Guano& guano, std::string_view key, const std::string& value) {
  if (guano.find(key) == nullptr && !value.empty()) guano.set(key, value);
}

/// GUANO's own fields are the recorder's word. Only the sample rate is the file's and changes with it.
void set_standard_fields(Guano& guano, const ParentRecording& parent, const Separation& separation) {
  set_if_missing(guano, "Timestamp", parent.start_time);
  if (separation.sample_rate_hz != parent.sample_rate_hz || guano.find("Samplerate") == nullptr) {
    guano.set("Samplerate", std::to_string(separation.sample_rate_hz));
  }
  if (parent.sample_rate_hz > 0) {
    set_if_missing(guano, "Length", shortest(static_cast<double>(parent.samples) / parent.sample_rate_hz));
  }
  set_if_missing(guano, "Original Filename", std::filesystem::path{parent.path}.filename().string());
}

}  // namespace

Guano stem_lineage(const ParentRecording& parent, const Separation& separation, double gain) {
  Guano guano = parent.metadata.guano;
  set_standard_fields(guano, parent, separation);
  guano.set("VEERY|Version", program_version());
  guano.set("VEERY|Commit", program_commit());
  guano.set("VEERY|Parent", parent.path);
  guano.set("VEERY|Parent Samplerate", std::to_string(parent.sample_rate_hz));
  guano.set("VEERY|Parent Samples", std::to_string(parent.samples));
  guano.set("VEERY|Sources", std::to_string(separation.sources));
  guano.set("VEERY|Model", separation.model);
  guano.set("VEERY|Gain", shortest(gain));
  for (const auto& [name, value] : separation.fields) guano.set("VEERY|" + name, value);
  return guano;
}

AudioMetadata source_metadata(const ParentRecording& parent, Guano lineage, std::size_t source) {
  AudioMetadata metadata = parent.metadata;
  metadata.guano = std::move(lineage);
  metadata.guano.set("VEERY|Source", std::to_string(source));
  return metadata;
}

}  // namespace veery
