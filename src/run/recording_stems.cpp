#include "run/recording_stems.hpp"

#include <algorithm>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>

#include "run/published_texts.hpp"

namespace veery {
namespace {

std::string seams_csv(const std::vector<Seam>& seams, int sample_rate_hz) {
  std::string text = csv_row({"seam", "time_s", "confidence", "outputs"});
  for (std::size_t i = 0; i < seams.size(); ++i) {
    std::vector<std::string> outputs;
    for (const int output : seams[i].outputs) outputs.push_back(std::to_string(output));
    const double time_s = static_cast<double>(seams[i].sample) / sample_rate_hz;
    text += csv_row(
        {std::to_string(i), fixed_decimal(time_s, 3), fixed_decimal(seams[i].confidence, 4), joined(outputs, " ")});
  }
  return text;
}

double lowest_confidence(const std::vector<Seam>& seams) {
  double lowest = 1.0;
  for (const Seam& seam : seams) lowest = std::min(lowest, seam.confidence);
  return lowest;
}

/// The stems in their order, each with its place by level.
std::vector<StemsRow::Stem> describe_levels(const PublishedStems& published) {
  std::vector<StemsRow::Stem> stems;
  std::vector<std::size_t> loudest_first;
  for (const StemLevel& level : published.levels) {
    // All stems of a recording in one file: it is every stem's.
    const StemFile& file = published.files.at(std::min(stems.size(), published.files.size() - 1));
    loudest_first.push_back(stems.size());
    stems.push_back({file.path, level.rms_dbfs, level.peak, 0});
  }
  std::stable_sort(loudest_first.begin(), loudest_first.end(), [&](std::size_t a, std::size_t b) {
    constexpr double kSilent = -1e9;
    return stems[a].rms_db.value_or(kSilent) > stems[b].rms_db.value_or(kSilent);
  });
  for (std::size_t rank = 0; rank < stems.size(); ++rank)
    stems[loudest_first[rank]].loudness_rank = static_cast<int>(rank);
  return stems;
}

StemsRow describe(const Recording& recording, const SeparationAccount& account, const PublishedStems& published,
                  double residual_limit_db) {
  StemsRow row;
  row.path = recording.path;
  row.sample_rate_hz = account.sample_rate_hz;
  row.samples = account.samples;
  row.gain = published.gain;
  row.residual_db = account.residual.level_db();
  row.residual_peak = account.residual.peak;
  row.flagged = row.residual_db > residual_limit_db;
  row.seams = static_cast<std::int64_t>(account.seams.size());
  row.lowest_confidence = lowest_confidence(account.seams);
  row.stems = describe_levels(published);
  return row;
}

StemOptions stem_options(const ProcessOptions& options) {
  return {options.files(), options.files().scratch(), options.separation.format};
}

ParentRecording parent_of(const Recording& recording, const std::filesystem::path& path, bool keep_extension) {
  return {recording.path,
          keep_extension,
          recording.audio.sample_rate_hz,
          recording.audio.claimed_frames,
          recording.start ? format_time(*recording.start) : "",
          read_metadata(path)};
}

/// How the windows were cut, for GUANO.
std::vector<std::pair<std::string, std::string>> lineage(const ProcessOptions& options) {
  const WindowOptions& windows = options.separation.windows;
  return {{"Window", decimal(windows.window_s) + " s"},
          {"Hop", decimal(windows.hop_s) + " s"},
          {"Fade", decimal(windows.fade_s) + " s"},
          {"Precision", to_string(options.separation.precision)}};
}

}  // namespace

SeparateOptions separate_options(const ProcessOptions& options, int output_rate_hz) {
  return {options.stream.channels, options.stream.resampler, options.separation.windows, output_rate_hz};
}

OrRefusal<RecordingStems> write_recording_stems(const ProcessOptions& options, const Recording& recording,
                                                bool keep_extension, Batcher& batcher,
                                                const std::function<void()>& between_windows) {
  const ModelInfo& model = batcher.model().info();
  const std::filesystem::path path = options.archive.archive / recording.path;
  const int rate = options.separation.at_source_rate ? recording.audio.sample_rate_hz : model.sample_rate_hz;
  std::optional<ParentRecording> parent;
  try {
    parent = parent_of(recording, path, keep_extension);
  } catch (const SystemError& error) {
    return Refusal{Reason::unreadable, error.cause()};
  }
  StemFiles files{stem_options(options),
                  *std::move(parent),
                  {static_cast<int>(model.sources), rate, model.digest, lineage(options)}};
  auto separated = separate_recording(path, separate_options(options, rate), batcher, [&](const StemBlock& stems) {
    between_windows();
    files.write(stems);
  });
  if (auto* refusal = std::get_if<Refusal>(&separated)) return std::move(*refusal);
  RecordingStems stems;
  stems.account = std::get<SeparationAccount>(std::move(separated));
  if (stems.account.not_separated) return stems;
  const PublishedStems published = files.publish();
  for (const StemFile& file : published.files)
    stems.files.push_back({file.path, file.digest.bytes, file.digest.sha256});
  stems.row = describe(recording, stems.account, published, options.separation.residual_limit_db);
  if (!stems.account.seams.empty()) {
    stems.row->seams_file = output_name::seams(recording.path, keep_extension);
    const std::string seams = seams_csv(stems.account.seams, model.sample_rate_hz);
    stems.files.push_back(publish_and_describe(options.files(), stems.row->seams_file, seams));
  }
  return stems;
}

}  // namespace veery
