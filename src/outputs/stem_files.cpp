#include <algorithm>
#include <string>
#include <utility>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/outputs/stem_files.hpp>

#include "outputs/stem_hdf5.hpp"
#include "outputs/stem_lineage.hpp"
#include "outputs/stem_meter.hpp"
#include "outputs/stem_spool.hpp"

namespace veery {
namespace {

AudioFormat audio_format(StemFormat format) {
  switch (format) {
    case StemFormat::flac16:
      return AudioFormat::flac;
    case StemFormat::flac24:
      return AudioFormat::flac24;
    default:
      return AudioFormat::wav_float;
  }
}

}  // namespace

struct StemFiles::State {
  State(StemOptions chosen, ParentRecording parent_recording, Separation how)
      : options(std::move(chosen)), parent(std::move(parent_recording)), separation(std::move(how)) {}

  [[nodiscard]] std::size_t sources() const { return meters.size(); }
  void check(std::span<const std::vector<float>> stems);
  void open_writers(double gain);
  double encode();
  PublishedStems publish_audio(double gain);
  PublishedStems publish_hdf5();

  StemOptions options;
  ParentRecording parent;
  Separation separation;
  std::vector<StemMeter> meters;  ///< one a source
  std::int64_t samples = 0;
  std::optional<StemSpool> spool;                     ///< none for float WAV, which needs no gain
  std::vector<std::string> names;                     ///< one a source
  std::vector<std::unique_ptr<AudioWriter>> writers;  ///< one a source
};

/// Counts the samples and measures them.
void StemFiles::State::check(std::span<const std::vector<float>> stems) {
  const auto same_length = [&](const std::vector<float>& stem) { return stem.size() == stems.front().size(); };
  if (stems.size() != sources() || !std::all_of(stems.begin(), stems.end(), same_length)) {
    throw Error{"stems do not fit together", parent.path,
                std::to_string(stems.size()) + " of " + std::to_string(sources()) + ", all of one length, belong"};
  }
  for (std::size_t source = 0; source < sources(); ++source) {
    if (meters[source].add(stems[source])) continue;
    throw Error{"source " + std::to_string(source) + " holds NaN or infinity", parent.path,
                "the model does not suit this recording, or its weights are damaged"};
  }
  samples += static_cast<std::int64_t>(stems.front().size());
}

void StemFiles::State::open_writers(double gain) {
  const AudioFormat format = audio_format(options.format);
  const Guano lineage = stem_lineage(parent, separation, gain);
  for (std::size_t source = 0; source < sources(); ++source) {
    names.push_back(
        output_name::stem(parent.path, static_cast<int>(source), file_extension(format), parent.keep_extension));
    writers.push_back(std::make_unique<AudioWriter>(options.output, names.back(), format, separation.sample_rate_hz,
                                                    source_metadata(parent, lineage, source)));
  }
}

/// Writes what waits with the gain that all stems need; returns it.
double StemFiles::State::encode() {
  const double gain = common_gain(meters, integer_bits(audio_format(options.format)));
  open_writers(gain);
  for (std::size_t source = 0; source < sources(); ++source) {
    for (std::int64_t first = 0; first < samples; first += StemSpool::kBlockSamples) {
      std::vector<float> block = spool->read(source, first);
      for (float& sample : block) sample *= static_cast<float>(gain);
      writers[source]->write(std::span<const float>{block});
    }
  }
  return gain;
}

PublishedStems StemFiles::State::publish_audio(double gain) {
  PublishedStems published{gain, samples, {}, {}};
  for (std::size_t source = 0; source < sources(); ++source) {
    writers[source]->finish();
    published.files.push_back({names[source], digest_file(writers[source]->staged_path())});
  }
  for (const auto& writer : writers) writer->publish();
  return published;
}

PublishedStems StemFiles::State::publish_hdf5() {
  const std::string name = output_name::stem_set(parent.path, parent.keep_extension);
  StagedFile staged = options.output.stage(name);
  write_stem_hdf5(staged.path(), *spool, parent, separation);
  PublishedStems published{1.0, samples, {}, {}};
  published.files.push_back({name, digest_file(staged.path())});
  staged.publish();
  return published;
}

StemFiles::StemFiles(const StemOptions& options, ParentRecording parent, Separation separation)
    : state_(std::make_unique<State>(options, std::move(parent), std::move(separation))) {
  if (state_->separation.sources < 1) throw Error{"a separation without sources", state_->parent.path};
  state_->meters.resize(static_cast<std::size_t>(state_->separation.sources));
  if (options.format == StemFormat::wav_float) {
    state_->open_writers(1.0);
  } else {
    state_->spool.emplace(options.spool, state_->sources());
  }
}

StemFiles::~StemFiles() = default;

void StemFiles::write(std::span<const std::vector<float>> stems) {
  state_->check(stems);
  if (state_->spool) return state_->spool->append(stems);
  for (std::size_t source = 0; source < stems.size(); ++source) {
    state_->writers[source]->write(std::span<const float>{stems[source]});
  }
}

PublishedStems StemFiles::publish() {
  if (state_->spool) state_->spool->finish();
  PublishedStems published;
  if (state_->options.format == StemFormat::hdf5) {
    published = state_->publish_hdf5();
  } else {
    published = state_->publish_audio(state_->spool ? state_->encode() : 1.0);
  }
  for (const StemMeter& meter : state_->meters) published.levels.push_back(meter.level());
  return published;
}

}  // namespace veery
