#include <algorithm>
#include <span>
#include <string_view>
#include <variant>

#include <veery/audio/recording_stream.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/training/source_folder.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListSuffix = "_example_list.txt";
constexpr std::string_view kSilence = "0";

/// Below the folder, whatever the list says.
fs::path inside(const fs::path& folder, const std::string& name, const fs::path& list) {
  const fs::path path = fs::path{name}.lexically_normal();
  if (path.is_absolute() || path.empty() || *path.begin() == "..")
    throw Error{"a list names a file outside its folder", list.string(), printable(name)};
  return folder / path;
}

SourceExample example_of(const std::vector<std::string>& names, const fs::path& folder, const fs::path& list) {
  SourceExample example{names.front(), {}};
  for (std::size_t i = 1; i < names.size(); ++i)
    example.sources.push_back(names[i] == kSilence ? fs::path{} : inside(folder, names[i], list));
  return example;
}

RecordingStream open(const fs::path& path, int sample_rate_hz) {
  StreamOptions options;
  options.sample_rate_hz = sample_rate_hz;
  options.channels = {1};
  auto opened = RecordingStream::open(path, options);
  if (const auto* refusal = std::get_if<Refusal>(&opened))
    throw Error{"a source can't be read", path.string(),
                std::string{reason_name(refusal->reason)} + ": " + refusal->detail};
  return std::get<RecordingStream>(std::move(opened));
}

void read_source(const fs::path& path, const SourceFolder& folder, int sample_rate_hz, std::span<float> samples) {
  RecordingStream stream = open(path, sample_rate_hz);
  if (stream.info().sample_rate_hz != folder.sample_rate_hz)
    throw Error{"a source has another rate than the folder's first one", path.string(),
                std::to_string(stream.info().sample_rate_hz) + " Hz, not " + std::to_string(folder.sample_rate_hz)};
  static_cast<void>(stream.read(samples));
  if (!stream.lost().empty()) throw Error{"a source is damaged", path.string(), stream.lost().front().refusal.detail};
}

/// Rate and length of the whole folder.
void describe_first(SourceFolder& folder) {
  for (const SourceExample& example : folder.examples) {
    for (const fs::path& path : example.sources) {
      if (path.empty()) continue;
      auto probed = probe_audio(path);
      if (const auto* refusal = std::get_if<Refusal>(&probed))
        throw Error{"a source can't be read", path.string(),
                    std::string{reason_name(refusal->reason)} + ": " + refusal->detail};
      folder.sample_rate_hz = std::get<AudioInfo>(probed).sample_rate_hz;
      folder.samples = std::get<AudioInfo>(probed).frames;
      return;
    }
  }
  throw UsageError{"no example has a source", folder.list.string(), "check the list"};
}

}  // namespace

SourceFolder open_source_folder(const fs::path& folder, const std::string& split) {
  SourceFolder opened;
  opened.list = folder / std::string{split}.append(kListSuffix);
  if (!fs::exists(opened.list))
    throw UsageError{"there is no list of examples", opened.list.string(),
                     "there are: " + joined(source_splits(folder), ", ")};
  const auto take_row = [&](const std::vector<std::string>& row) {
    if (row.empty() || row.front().empty()) return;
    opened.examples.push_back(example_of(row, folder, opened.list));
    opened.most_sources =
        std::max(opened.most_sources, static_cast<std::int64_t>(opened.examples.back().sources.size()));
  };
  read_csv(read_text(opened.list), take_row, '\t');
  describe_first(opened);
  return opened;
}

std::vector<std::string> source_splits(const fs::path& folder) {
  std::vector<std::string> splits;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{folder, failure}) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kListSuffix)) splits.push_back(name.substr(0, name.size() - kListSuffix.size()));
  }
  std::sort(splits.begin(), splits.end());
  return splits;
}

std::vector<float> read_sources(const SourceFolder& folder, std::size_t example, int sample_rate_hz) {
  const auto samples = static_cast<std::size_t>(samples_at(folder, sample_rate_hz));
  const std::vector<fs::path>& files = folder.examples.at(example).sources;
  std::vector<float> sources(samples * static_cast<std::size_t>(folder.most_sources));
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].empty()) continue;
    read_source(files[i], folder, sample_rate_hz, std::span{sources}.subspan(i * samples, samples));
  }
  return sources;
}

std::int64_t samples_at(const SourceFolder& folder, int sample_rate_hz) {
  return resampled_length(folder.samples, folder.sample_rate_hz, sample_rate_hz);
}

}  // namespace veery
