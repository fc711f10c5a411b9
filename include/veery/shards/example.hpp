#pragma once
// One row of the dataset: a slice of a recording with everything known about it, apart from its audio. The fields
// of Perch's own schema that field recordings have keep Perch's names.
//
// The audio of a row is the mixture, then its stems, if any, source by source: so it waits in the spool, and so
// its hash is taken.
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <veery/base/digest.hpp>

namespace veery {

enum class AudioType { int16, float32 };

/// What a row is called by. Perch's WavDirectory has `time`, its other builders `name` or what stands for it.
enum class KeyForm {
  segment,  ///< FILENAME_SEGMENT, the recording's path in the archive
  name,     ///< NAME_SEGMENT, without folders and extension: no two recordings may have one name
  time,     ///< FILENAME:0000012345ms, where the row begins
};
[[nodiscard]] std::string_view to_text(KeyForm form);
/// Throws Error for other words.
[[nodiscard]] KeyForm key_form_from(std::string_view text);

/// What names a row, uniquely in its dataset; the order of rows follows from it.
struct KeyRule {
  KeyForm form = KeyForm::segment;
  std::string prefix{};  ///< in front of it
  friend bool operator==(const KeyRule&, const KeyRule&) = default;
};

/// What all shards of a dataset agree on. The text lengths are in bytes of UTF-8.
struct ExampleSchema {
  int sample_rate_hz = 32000;
  std::int64_t samples_per_row = 0;
  AudioType audio_type = AudioType::int16;
  std::size_t filename_bytes = 1;
  std::size_t label_bytes = 1;
  std::size_t site_bytes = 1;
  bool compress = false;
  std::int64_t stems = 0;  ///< separated sources of each row, stored beside the audio; 0: none
  /// Of annotated datasets, else empty: at most 2³¹ names.
  std::vector<std::string> classes{};
  std::int64_t most_annotations = 0;  ///< of a row; annotated datasets: at least 1

  KeyRule keys{};

  [[nodiscard]] bool is_annotated() const { return !classes.empty(); }
  friend bool operator==(const ExampleSchema&, const ExampleSchema&) = default;
};

/// Bytes of a row's mixture, of all its stems, and of both.
[[nodiscard]] std::size_t mixture_bytes(const ExampleSchema& schema);
[[nodiscard]] std::size_t stems_bytes(const ExampleSchema& schema);
[[nodiscard]] std::size_t row_bytes(const ExampleSchema& schema);

/// A call or the like that somebody has marked in the recording and that the slice overlaps.
struct SliceAnnotation {
  std::int64_t start = 0;  ///< samples at the dataset's rate, from the start of the recording, as marked
  std::int64_t end = 0;    ///< exclusive
  std::int64_t label = 0;  ///< place in the list of classes
  friend auto operator<=>(const SliceAnnotation&, const SliceAnnotation&) = default;
};

struct Example {
  std::uint64_t recording_id = 0;
  std::int64_t segment_id = 0;
  std::uint64_t segment_start = 0;  ///< samples at the dataset's rate
  std::uint64_t segment_end = 0;    ///< exclusive
  std::string filename;
  std::string label;
  std::int64_t source_start_sample = 0;  ///< samples of the file, at its own rate
  std::int64_t source_end_sample = 0;    ///< exclusive
  std::int32_t source_sample_rate_hz = 0;
  std::int64_t padded_samples = 0;                              ///< samples of the row that are not from the file
  std::int64_t peak_sample = -1;                                ///< at the dataset's rate; -1: none
  float peak_energy = std::numeric_limits<float>::quiet_NaN();  ///< NaN: none
  std::string start_time;  ///< ISO 8601 wall clock of the row's first sample, at most 32 bytes; empty: unknown
  std::string site;
  std::int32_t peak_source = -1;  ///< stem on which the peak was found; -1: the mixture
  /// Stored stems are the stems times this, a power of two of at most 1 that keeps int16 from clipping them. The
  /// mixture is stored as it is. This and `peak_source` are columns of datasets with stems.
  float stem_gain = 1.0F;
  std::vector<SliceAnnotation> annotations{};  ///< ascending; stored in annotated datasets
  std::int64_t spool_row = -1;                 ///< where the audio waits; not stored
};

/// What a recording's keys begin with, but for the prefix.
[[nodiscard]] std::string_view key_name(KeyForm form, std::string_view filename);
[[nodiscard]] std::string example_key(const Example& example, const ExampleSchema& schema);

/// TFDS's place of a key within a split: ascending, read as a 128-bit big-endian number.
[[nodiscard]] Md5 order_hash(std::string_view split, std::string_view key);

/// The indices of `examples` in TFDS's order. Two examples with one key are an Error that names both.
[[nodiscard]] std::vector<std::size_t> order_examples(std::string_view split, std::span<const Example> examples,
                                                      const ExampleSchema& schema);

}  // namespace veery
