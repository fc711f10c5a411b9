#pragma once
// What one work unit left behind: the resume state, and all that the manifest is made of. Written last, so a
// record that exists means that everything it names exists. No times inside: the same work, the same bytes.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <veery/audio/refusal.hpp>
#include <veery/base/digest.hpp>

namespace veery {

struct PublishedFile {
  std::string path;  ///< relative to the output folder
  std::int64_t bytes = 0;
  std::string sha256;
};

/// Source frames [begin, end) of a recording that could not be used.
struct LostRow {
  std::string path;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  Refusal refusal;
};

struct RecordingRow {
  std::string path;
  std::int64_t claimed_frames = 0;
  std::int64_t frames_read = 0;
  int sample_rate_hz = 0;
  std::int64_t slices = 0;
  std::int64_t slices_on_lost = 0;     ///< left out because they touch a lost range
  std::uint64_t file_xxh3 = 0;         ///< of the file's bytes; 0: it could not be read
  std::int64_t slices_unlabelled = 0;  ///< left out for want of a label
  std::int64_t frames_not_asked = 0;   ///< behind what --first asks for
};

struct SliceRow {
  std::string filename;
  std::uint64_t recording_id = 0;
  std::int64_t segment_id = 0;
  std::uint64_t segment_start = 0;
  std::uint64_t segment_end = 0;
  std::int64_t source_start_sample = 0;
  std::int64_t source_end_sample = 0;
  int source_sample_rate_hz = 0;
  int peak_source = -1;  ///< the stem on which the peak was found; -1: the mixture
  std::int64_t padded_samples = 0;
  std::int64_t peak_sample = -1;
  std::optional<float> peak_energy;
  std::string start_time;
  std::string site;
  std::int64_t row = -1;       ///< in the shard; -1: no shard
  std::uint64_t row_xxh3 = 0;  ///< of the row's audio as stored
  std::string clip;            ///< path of the audio file; empty: none
  std::string label;           ///< classes, with ';' between them
};

/// A recording's stems as files.
struct StemsRow {
  struct Stem {
    std::string file;              ///< path below the output folder
    std::optional<double> rms_db;  ///< re full scale, before the gain; none: silence
    double peak = 0.0;             ///< largest |sample|, before the gain
    int loudness_rank = 0;         ///< 0: the loudest of the recording
  };
  std::string path;
  int sample_rate_hz = 0;
  std::int64_t samples = 0;
  double gain = 1.0;         ///< that all stems of the recording were multiplied with
  double residual_db = 0.0;  ///< what the stems together miss, against the mixture
  double residual_peak = 0.0;
  bool flagged = false;  ///< the residual is above the limit
  std::int64_t seams = 0;
  double lowest_confidence = 1.0;
  std::string seams_file;  ///< empty: one window, no seam
  std::vector<Stem> stems;
};

struct UnitRecord {
  int unit = 0;
  std::string split;
  std::string fingerprint;
  std::string shard;            ///< file name of the HDF5 shard; empty: none was asked for
  std::int64_t shard_rows = 0;  ///< in each format
  std::string tfrecord;         ///< file name, by the count of the split's shards when the unit was planned; or empty
  std::int64_t tfrecord_bytes = 0;  ///< of its messages without their frames
  std::vector<PublishedFile> files;
  std::vector<RecordingRow> recordings;
  std::vector<LostRow> lost;
  std::vector<SliceRow> slices;
  std::vector<StemsRow> stems;
  FileDigest text;  ///< of the JSON that it was read from; not a part of it
};

/// Without indentation: there are as many rows as slices.
[[nodiscard]] std::string unit_record_to_json(const UnitRecord& record);
/// Throws Error when the text is not a record of this format version.
[[nodiscard]] UnitRecord unit_record_from_json(std::string_view text);

}  // namespace veery
