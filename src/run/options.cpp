#include <nlohmann/json.hpp>

#include <cmath>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/run/options.hpp>
#include <veery/separation/device.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

std::string channels_text(const ChannelChoice& choice) {
  return choice.channel == 0 ? "mean" : std::to_string(choice.channel);
}

std::string_view tail_name(Tail tail) {
  switch (tail) {
    case Tail::drop:
      return "drop";
    case Tail::pad:
      return "pad";
    case Tail::shift:
      return "shift";
    case Tail::remainder:
      return "remainder";
  }
  return "unknown";
}

std::string_view split_by_name(SplitBy by) {
  if (by == SplitBy::recording) return "recording";
  return by == SplitBy::site ? "site" : "day";
}

std::string splits_text(const std::vector<Split>& splits) {
  std::string text;
  for (const Split& split : splits) text += (text.empty() ? "" : ",") + split.name + "=" + decimal(split.share);
  return text;
}

void add_recordings(const ArchiveOptions& options, Json& json) {
  const StartTimeOptions& start = options.probe.start;
  json["time-source"] = start.source ? to_string(*start.source) : "auto";
  json["time-pattern"] = start.pattern ? start.pattern->text() : "none";
  json["time-zone"] = options.time_zone.empty() ? "none" : options.time_zone;
  json["site-pattern"] = options.probe.site ? options.probe.site->text() : "none";
}

std::string_view separate_name(Separate what) {
  switch (what) {
    case Separate::nothing:
      return "none";
    case Separate::slices:
      return "slices";
    case Separate::recordings:
      return "recordings";
    case Separate::peaks_of_stems:
      return "peaks-of-stems";
  }
  return "unknown";
}

std::string_view stem_format_name(StemFormat format) {
  switch (format) {
    case StemFormat::flac16:
      return "flac";
    case StemFormat::flac24:
      return "flac24";
    case StemFormat::wav_float:
      return "wav";
    case StemFormat::hdf5:
      return "hdf5";
  }
  return "unknown";
}

void add_separation(const SeparationOptions& options, const std::string& model_digest, Json& json) {
  json["separate"] = separate_name(options.what);
  json["model"] = model_digest;
  json["precision"] = to_string(options.precision);
  if (options.what == Separate::slices) return;
  json["window"] = decimal(options.windows.window_s) + "s";
  json["window-hop"] = decimal(options.windows.hop_s) + "s";
  json["fade"] = decimal(options.windows.fade_s) + "s";
  if (options.what == Separate::peaks_of_stems) return;
  json["stem-format"] = stem_format_name(options.format);
  json["output-rate"] = options.at_source_rate ? "source" : "model";
  json["residual-limit"] = decimal(options.residual_limit_db);
}

void require(bool good, std::string_view option, std::string_view problem, std::string_view remedy) {
  if (!good) throw UsageError{problem, option, remedy};
}

std::string_view shards_text(const ShardFormats& shards) {
  if (!shards.tfrecord) return shards.hdf5 ? "hdf5" : "none";
  return shards.hdf5 ? "hdf5,tfrecord" : "tfrecord";
}

void add_dataset(const DatasetOptions& dataset, Json& json) {
  json["shards"] = shards_text(dataset.shards);
  if (!dataset.shards.any()) return;
  json["dataset-name"] = dataset.name;
  json["dataset-version"] = dataset.version;
  json["keys"] = to_text(dataset.keys.form);
  json["key-prefix"] = dataset.keys.prefix;
  json["audio-type"] = dataset.audio_type == AudioType::int16 ? "int16" : "float32";
  if (dataset.shards.hdf5) json["compress"] = dataset.compress;
  if (!dataset.shards.tfrecord) return;
  json["tfds-schema"] = dataset.tfds.schema == TfdsSchema::perch ? "perch" : "tfds";
  json["tfds-encoding"] = dataset.tfds.encoding == TfdsEncoding::zlib ? "zlib" : "bytes";
}

/// What is annotated is in the units' fingerprints, and the classes have a file of their own.
void add_labels(const LabelOptions& labels, Json& json) {
  json["annotations"] = labels.any() ? "given" : "none";
  if (labels.any()) json["unlabelled"] = labels.drop_unlabelled ? "drop" : "keep";
}

void add_slices(const SliceOptions& slices, Json& json) {
  const bool peaks = slices.mode == SliceMode::peaks;
  json["slices"] = peaks ? "peaks" : "fixed";
  json["interval"] = decimal(slices.interval_s) + "s";
  if (peaks) {
    json["peak-scope"] = slices.whole_recording_scope() ? "recording" : decimal(slices.peak_scope_s) + "s";
    json["peaks-per-scope"] = slices.peaks.most_peaks;
    json["compat"] = slices.peaks.compat == PerchCompat::on ? "perch" : "none";
    json["edge"] = slices.edge == Edge::shift ? "shift" : "drop";
    json["short"] = slices.too_short == Short::wrap ? "wrap" : "skip";
    json["without-peaks"] = slices.without_peaks == WithoutPeaks::first ? "first" : "none";
  } else {
    json["hop"] = slices.hop_s ? decimal(*slices.hop_s) + "s" : "interval";
    json["tail"] = tail_name(slices.tail);
  }
}

}  // namespace

std::string result_options_json(const ProcessOptions& options, const std::string& model_digest) {
  Json json{{"sample-rate", options.stream.sample_rate_hz},
            {"channels", channels_text(options.stream.channels)},
            {"resampler", options.stream.resampler == ResamplerKind::perch ? "perch" : "soxr-hq"}};
  json["first"] = options.stream.first_s > 0.0 ? decimal(options.stream.first_s) + "s" : "all";
  add_recordings(options.archive, json);
  if (options.slicing) {
    add_slices(options.slices, json);
    add_labels(options.labels, json);
  }
  json["split"] = splits_text(options.plan.splits);
  json["split-by"] = split_by_name(options.plan.split_by);
  json["unit-audio"] = options.plan.unit_s > 0.0 ? decimal(options.plan.unit_s) + "s" : "auto";
  add_dataset(options.dataset, json);
  if (options.separation.what != Separate::nothing) add_separation(options.separation, model_digest, json);
  json["clips"] = !options.clips ? "none" : *options.clips == AudioFormat::flac ? "flac" : "wav";
  return json.dump(1) + "\n";
}

namespace {

void check_separation(const ProcessOptions& options) {
  const SeparationOptions& separation = options.separation;
  const WindowOptions& windows = separation.windows;
  check_device_name(separation.device);
  require(separation.what == Separate::recordings || options.dataset.shards.any(), "--separate",
          "these stems are stored in the shards, and there are none", "leave out --shards none");
  require(separation.what != Separate::peaks_of_stems ||
              (options.slices.mode == SliceMode::peaks && !options.slices.whole_recording_scope()),
          "--separate peaks-of-stems", "peaks of stems are looked for in blocks", "--slices peaks and a --peak-scope");
  require(separation.what == Separate::slices || options.stream.first_s == 0.0, "--first",
          "whole recordings are separated", "leave it out, or use --separate slices");
  // Two stems may want one window, which would be one clip of two slices.
  require(separation.what != Separate::peaks_of_stems || !options.clips, "--clips",
          "slices around the stems' peaks are in the shards only", "leave it out, or use --separate slices");
  require(windows.window_s > 0.0 && windows.window_s <= 600.0, "--window", "the window is out of range", "up to 10min");
  require(windows.hop_s > 0.0 && windows.hop_s <= windows.window_s, "--window-hop", "the hop is out of range",
          "at most --window");
  require(windows.fade_s >= 0.0 && windows.fade_s <= windows.window_s, "--fade", "the fade is out of range",
          "at most --window");
  require(!std::isnan(separation.residual_limit_db), "--residual-limit", "the limit is not a number",
          "in dB, such as -40");
  require(separation.batch >= 0 && separation.batch <= 4096, "--batch", "the batch is out of range",
          "1 to 4096, or auto");
}

}  // namespace

std::string describe_difference(const std::string& before, const std::string& now) {
  const Json old_options = Json::parse(before, nullptr, false);
  const Json new_options = Json::parse(now);
  if (!old_options.is_object()) return "the earlier run's options can't be read";
  std::string text;
  const auto value = [](const Json& json, const std::string& key) {
    if (!json.contains(key)) return std::string{"unset"};
    if (json[key].is_structured()) return std::string{"unreadable"};
    return json[key].is_string() ? json[key].get<std::string>() : json[key].dump();
  };
  const auto compare = [&](const std::string& key) {
    const std::string was = value(old_options, key);
    const std::string is = value(new_options, key);
    if (was != is) text += (text.empty() ? "--" : ", --") + key + " was " + was + " and is " + is;
  };
  for (const auto& [key, unused] : new_options.items()) compare(key);
  for (const auto& [key, unused] : old_options.items()) {
    if (!new_options.contains(key)) compare(key);
  }
  return text;
}

void check_options(const ProcessOptions& options) {
  const SliceOptions& slices = options.slices;
  const double rate = options.stream.sample_rate_hz;
  require(rate >= 1000 && rate <= 2'000'000, "--sample-rate", "the rate is out of range", "1000 to 2000000 Hz");
  require(slices.interval_s * rate >= 1.0 && slices.interval_s <= 3600.0, "--interval", "the interval is out of range",
          "from one sample to an hour");
  require(slices.mode == SliceMode::peaks || slices.hop_s.value_or(1.0) >= 0.001, "--hop", "the hop is too short",
          "at least 1ms");
  require(slices.without_peaks == WithoutPeaks::nothing || slices.whole_recording_scope(), "--without-peaks first",
          "only the whole recording can be without peaks", "--peak-scope recording");
  require(options.stream.first_s == 0.0 || options.stream.first_s >= slices.interval_s, "--first",
          "less than a slice is asked for", "at least --interval");
  require(slices.mode == SliceMode::fixed || slices.whole_recording_scope() || slices.peak_scope_s >= slices.interval_s,
          "--peak-scope", "the scope is shorter than a slice", "at least --interval, or 'recording'");
  require(slices.whole_recording_scope() || slices.peak_scope_s <= 3600.0, "--peak-scope",
          "the scope is too long to hold in memory", "at most 1h, or 'recording'");
  require(options.dataset.shards.any() || options.clips.has_value() || options.separation.what == Separate::recordings,
          "--shards none", "there is nothing to write", "add --clips flac");
  require(options.labels.any() || options.labels.classes.empty(), "--classes", "there are no annotations",
          "name them with --annotations");
  require(options.labels.any() || !options.labels.drop_unlabelled, "--unlabelled drop",
          "without annotations no slice has a label", "name them with --annotations");
  // Not 1 at most: columns hold scores and percent too.
  require(options.labels.tables.min_confidence.value_or(0.0) >= 0.0, "--min-confidence",
          "the confidence is out of range", "0 or more, on the scale of the tables");
  require(options.threads >= 0 && options.threads <= 4096, "--threads", "the number is out of range",
          "1 to 4096, or 0 for all cores");
  require(options.time.walltime_s == 0.0 || options.time.stop_before_end_s < options.time.walltime_s,
          "--stop-before-end", "there is no time to work in", "less than --walltime");
  require(!options.earlier.restart || !options.earlier.extend, "--restart",
          "an earlier run is started over or extended, not both", "leave out one");
  require(options.earlier.lease.silent_after_s >= 0.1, "--lease-timeout", "the time is out of range", "60s or more");
  if (options.separation.what != Separate::nothing) check_separation(options);
  static_cast<void>(plan_work({}, options.plan));
  static_cast<void>(dataset_folder(options.dataset.name, options.dataset.version));
  for (const Split& split : options.plan.splits) {
    static_cast<void>(shard_file_name({options.dataset.name, options.dataset.version, split.name, 0, 1}));
    if (options.dataset.shards.tfrecord) check_tfds_names({options.dataset.name, options.dataset.version, split.name});
  }
  if (options.dataset.shards.tfrecord) check_tfds_format(options.dataset.tfds, options.dataset.audio_type);
}

}  // namespace veery
