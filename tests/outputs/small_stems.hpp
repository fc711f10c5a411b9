#pragma once
// A small recording and its stems, for the tests of stem files.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/outputs/stem_files.hpp>

#include "support/closed_form_signals.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {

using Stems = std::vector<std::vector<float>>;
inline constexpr StemFormat kStemFormats[] = {StemFormat::flac16, StemFormat::flac24, StemFormat::wav_float,
                                              StemFormat::hdf5};

/// Noise of that level, another for each source.
inline Stems noise_stems(std::size_t sources, std::int64_t samples, double level) {
  Stems stems;
  for (std::size_t source = 0; source < sources; ++source) stems.push_back(noise_samples(samples, level, source));
  return stems;
}

inline ParentRecording small_parent() {
  ParentRecording parent;
  parent.path = "SITE/20240601_060000.wav";
  parent.sample_rate_hz = 48'000;
  parent.samples = 96'000;
  parent.start_time = "2024-06-01T06:00:00.000Z";
  parent.metadata.texts["comment"] = "Recorded by AudioMoth";
  return parent;
}

inline Separation small_separation(std::size_t sources) {
  return {static_cast<int>(sources), 22'050, std::string(64, 'd'), {{"Precision", "float32"}}};
}

/// Writes `stems` in blocks of `block` samples and publishes them.
inline PublishedStems publish_stems(const TemporaryFolder& folder, StemFormat format, const Stems& stems,
                                    std::size_t block = 10'000, const ParentRecording& parent = small_parent()) {
  StemFiles files{{folder / "out", folder.path(), format}, parent, small_separation(stems.size())};
  for (std::size_t at = 0; at < stems[0].size(); at += block) {
    Stems piece;
    for (const auto& stem : stems) {
      const auto begin = stem.begin() + static_cast<std::ptrdiff_t>(at);
      piece.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(std::min(block, stem.size() - at)));
    }
    files.write(piece);
  }
  return files.publish();
}

}  // namespace veery::test
