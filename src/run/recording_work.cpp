#include "run/recording_work.hpp"

#include <algorithm>
#include <utility>

#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/separation/separate_recording.hpp>
#include <veery/shards/int16_audio.hpp>
#include <veery/slices/slice_stems.hpp>

#include "run/recording_stems.hpp"
#include "run/separated_slices.hpp"
#include "run/slice_rows.hpp"
#include "run/stored_row.hpp"

namespace veery {
namespace {

/// None for a file that can't be looked at: opening it says why.
std::optional<std::string> describe_change(const std::filesystem::path& path, std::int64_t indexed_bytes) {
  std::error_code failure;
  const std::uintmax_t bytes = std::filesystem::file_size(path, failure);
  if (failure || std::cmp_equal(bytes, indexed_bytes)) return std::nullopt;
  return "has " + std::to_string(bytes) + " bytes, the index says " + std::to_string(indexed_bytes) +
         ": it was being written, or replaced";
}

}  // namespace

RecordingWork::RecordingWork(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit,
                             std::size_t recording, RowSpool* spool, Batcher* batcher, const std::atomic<bool>& dropped)
    : plan_(plan),
      options_(options),
      recording_(plan.index.recordings[recording]),
      marks_(plan.marks_of(recording)),
      spool_(spool),
      batcher_(batcher),
      dropped_(dropped),
      path_(options.archive.archive / recording_.path),
      keeps_extension_(plan.keeps_extension(recording_, unit)) {}

RecordingOutcome RecordingWork::run() && {
  leave_if_dropped();
  if (auto change = describe_change(path_, recording_.bytes)) {
    outcome_.refusal = Refusal{Reason::changed, *std::move(change)};
    return std::move(outcome_);
  }
  const Separate what = options_.separation.what;
  if (what == Separate::peaks_of_stems) {
    cut_around_stems_peaks();
  } else if (options_.slicing) {
    cut_slices();
  }
  if (what == Separate::recordings && !outcome_.refusal) write_stems();
  return std::move(outcome_);
}

void RecordingWork::leave_if_dropped() const {
  if (dropped_) throw Dropped{};
}

void RecordingWork::cut_slices() {
  std::optional<SeparatedSlices> separated;
  if (options_.separation.what == Separate::slices) {
    separated.emplace(*batcher_, options_.stream.sample_rate_hz,
                      [this](const Slice& slice, std::span<const float> mixture, const StemBlock& stems) {
                        keep_separated(slice, mixture, stems);
                      });
  }
  auto account =
      slice_recording(path_, options_.stream, options_.slices, [&](const Slice& slice, std::span<const float> samples) {
        leave_if_dropped();
        if (!has_wanted_label(slice)) return;
        if (separated) {
          separated->push(slice, samples);
        } else {
          keep(slice, -1, samples, {});
        }
      });
  if (auto* refusal = std::get_if<Refusal>(&account)) {
    outcome_.refusal = std::move(*refusal);
    return;
  }
  if (separated) separated->finish();
  outcome_.account = std::get<RecordingAccount>(std::move(account));
  outcome_.account.slices -= outcome_.slices_unlabelled;
  outcome_.account.lost.insert(outcome_.account.lost.end(), not_separated_.begin(), not_separated_.end());
  outcome_.account.slices_on_lost += outcome_.account.slices - static_cast<std::int64_t>(outcome_.examples.size());
  outcome_.account.slices = static_cast<std::int64_t>(outcome_.examples.size());
}

void RecordingWork::keep_separated(const Slice& slice, std::span<const float> mixture, const StemBlock& stems) {
  if (!stems.empty()) {
    const std::vector<std::span<const float>> views{stems.begin(), stems.end()};
    keep(slice, -1, mixture, views);
    return;
  }
  const int rate = options_.stream.sample_rate_hz;
  const int source_rate = recording_.audio.sample_rate_hz;
  not_separated_.push_back({source_position(slice.start, rate, source_rate),
                            source_position(slice.end(), rate, source_rate),
                            {Reason::not_separated, "the model gives NaN or infinity for this slice"}});
}

void RecordingWork::cut_around_stems_peaks() {
  const int rate = options_.stream.sample_rate_hz;
  auto opened = RecordingStream::open(path_, options_.stream);
  if (auto* refusal = std::get_if<Refusal>(&opened)) {
    outcome_.refusal = std::move(*refusal);
    return;
  }
  auto& stream = std::get<RecordingStream>(opened);
  StemSlicer slicer{rate, options_.slices, static_cast<int>(plan_.schema().stems)};
  const StemSliceSink sink = [&](const Slice& slice, int source, std::span<const float> mixture,
                                 std::span<const std::span<const float>> stems) {
    if (touches_lost(slice, stream, rate)) {
      ++outcome_.account.slices_on_lost;
    } else if (has_wanted_label(slice)) {
      keep(slice, source, mixture, stems);
    }
  };
  std::vector<float> mixture;
  const auto separated =
      separate_recording(path_, separate_options(options_, rate), *batcher_, [&](const StemBlock& stems) {
        leave_if_dropped();
        mixture.assign(stems.front().size(), 0.0F);
        static_cast<void>(stream.read(mixture));
        slicer.push(mixture, stems, sink);
      });
  if (const auto* refusal = std::get_if<Refusal>(&separated)) {
    outcome_.refusal = *refusal;
    return;
  }
  slicer.finish(sink);
  auto account = std::get<SeparationAccount>(separated);
  account.read_retries += stream.read_retries();
  if (stream.read_failed() && stream.frames_read() < account.frames_read) {  // of the two readers, the worse
    account.frames_read = stream.frames_read();
    account.lost = stream.lost();
  }
  take_account(account);
  outcome_.account.slices = static_cast<std::int64_t>(outcome_.examples.size());
  note_not_separated(account);
}

void RecordingWork::write_stems() {
  auto written =
      write_recording_stems(options_, recording_, keeps_extension_, *batcher_, [this] { leave_if_dropped(); });
  if (auto* refusal = std::get_if<Refusal>(&written)) {
    outcome_.refusal = std::move(*refusal);
    return;
  }
  auto& stems = std::get<RecordingStems>(written);
  if (options_.slicing) {
    outcome_.account.read_retries += stems.account.read_retries;
  } else {
    take_account(stems.account);
  }
  note_not_separated(stems.account);
  outcome_.stems = std::move(stems.row);
  outcome_.stem_files = std::move(stems.files);
}

void RecordingWork::take_account(const SeparationAccount& account) {
  outcome_.account.frames_read = account.frames_read;
  outcome_.account.samples =
      resampled_length(account.frames_read, recording_.audio.sample_rate_hz, options_.stream.sample_rate_hz);
  outcome_.account.lost = account.lost;
  outcome_.account.read_retries = account.read_retries;
  outcome_.account.decode_s = account.decode_s;
}

void RecordingWork::note_not_separated(const SeparationAccount& account) {
  if (account.not_separated) outcome_.account.lost.push_back(*account.not_separated);
}

std::vector<SliceAnnotation> RecordingWork::annotations_of(const Slice& slice) const {
  return annotations_in(marks_, slice.start, slice.end(), options_.stream.sample_rate_hz, options_.slices.peaks.compat);
}

bool RecordingWork::has_wanted_label(const Slice& slice) {
  if (!options_.labels.drop_unlabelled) return true;
  const std::vector<std::string>& classes = plan_.annotations.classes;
  const std::vector<SliceAnnotation> annotations = annotations_of(slice);
  const bool wanted =
      !annotations.empty() && std::none_of(annotations.begin(), annotations.end(), [&](const SliceAnnotation& mark) {
        return classes[static_cast<std::size_t>(mark.label)] == kUnknownClass;
      });
  if (!wanted) ++outcome_.slices_unlabelled;
  return wanted;
}

void RecordingWork::keep(const Slice& slice, int peak_source, std::span<const float> mixture,
                         std::span<const std::span<const float>> stems) {
  Example example = describe_slice(recording_, slice, options_, outcome_.examples.size());
  example.peak_source = peak_source;
  example.annotations = annotations_of(slice);
  example.label = label_text(example.annotations, plan_.annotations.classes);
  if (spool_ != nullptr) {
    const StoredRow row = store_row(plan_.schema().audio_type, mixture, stems);
    example.stem_gain = row.stem_gain;
    example.spool_row = spool_->append(row.bytes);
  }
  outcome_.examples.push_back(std::move(example));
  if (options_.clips) outcome_.clips.push_back(write_clip(slice, mixture));
}

/// A name of its own: a slice that was moved back from the end may begin a sample behind the one before.
std::string RecordingWork::clip_name(const Slice& slice) {
  const double start_s = static_cast<double>(slice.start) / options_.stream.sample_rate_hz;
  const std::string extension{file_extension(*options_.clips)};
  for (int earlier = 0;; ++earlier) {
    std::string name = output_name::clip(recording_.path, start_s, extension, keeps_extension_, earlier);
    if (clip_names_.insert(name).second) return name;
  }
}

PublishedFile RecordingWork::write_clip(const Slice& slice, std::span<const float> samples) {
  const int rate = options_.stream.sample_rate_hz;
  const std::string name = clip_name(slice);
  const bool shorter = options_.slices.mode == SliceMode::fixed && options_.slices.tail == Tail::remainder;
  const std::span<const float> kept = shorter ? samples.first(static_cast<std::size_t>(slice.recorded)) : samples;
  std::vector<std::int16_t> integers(kept.size());
  to_int16(kept, integers);
  AudioWriter writer{options_.files(), name, *options_.clips, rate};
  writer.write(integers);
  writer.publish();
  return describe_file(options_.output, name);
}

}  // namespace veery
