#pragma once
// Examples whose sources are known, in the layout of FUSS (Wisdom et al., ICASSP 2021): for each split a list of
// mixtures with the files of their sources. Whoever trains on isolated sounds, or measures how well a model separates,
// brings them like this; `veery synthesize --sources` makes them.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace veery {

struct SourceExample {
  std::string mixture;                         ///< as the list names it
  std::vector<std::filesystem::path> sources;  ///< the first is the background; an empty path is silence
};

struct SourceFolder {
  std::filesystem::path list;
  std::vector<SourceExample> examples;
  std::int64_t most_sources = 0;  ///< of an example
  std::int64_t samples = 0;       ///< of every example: those of the first file
  int sample_rate_hz = 0;         ///< of every file
};

/// Reads FOLDER/SPLIT_example_list.txt: lines of tab-separated paths below the folder, mixture first; `0` is silence.
/// Throws UsageError when there is no such list or no example in it, Error for a path that leaves the folder, and for a
/// first file that can't be read.
[[nodiscard]] SourceFolder open_source_folder(const std::filesystem::path& folder, const std::string& split);

/// The splits that have a list, sorted; none: the folder is something else.
[[nodiscard]] std::vector<std::string> source_splits(const std::filesystem::path& folder);

/// An example's sources [source, sample], `most_sources` of them, at the rate asked for (resampled with soxr). The
/// mixture is their sum, and is not read. As in FUSS the first channel counts, longer files are cut, shorter ones
/// padded with zeros, missing sources are silent. Opens the files and holds nothing: any thread may call it. Throws
/// Error naming a file that is missing, damaged, or of another rate than the folder's.
[[nodiscard]] std::vector<float> read_sources(const SourceFolder& folder, std::size_t example, int sample_rate_hz);

/// Samples of an example at that rate.
[[nodiscard]] std::int64_t samples_at(const SourceFolder& folder, int sample_rate_hz);

}  // namespace veery
