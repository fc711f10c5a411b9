#pragma once
// The separated stems of one recording as files: one gain for all of them, so that they still add up to the
// mixture, the recording's own metadata, and lineage as GUANO fields of the namespace VEERY. Nothing of it is
// visible before all of it is complete.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <veery/audio/audio_metadata.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/output_folder.hpp>

namespace veery {

/// One file a stem (FLAC of 16 or 24 bits, WAV of float32), or one HDF5 file a recording.
enum class StemFormat { flac16, flac24, wav_float, hdf5 };

struct StemOptions {
  OutputFolder output;
  std::filesystem::path spool;  ///< where samples wait until the gain is known (4 bytes a sample); WAV needs none
  StemFormat format = StemFormat::flac16;
};

/// The recording that was separated.
struct ParentRecording {
  std::string path;             ///< in the archive, with '/'
  bool keep_extension = false;  ///< as in output_name::clip
  int sample_rate_hz = 0;
  std::int64_t samples = 0;
  std::string start_time;  ///< ISO 8601; empty: not known
  AudioMetadata metadata;
};

/// How it was separated.
struct Separation {
  int sources = 0;
  int sample_rate_hz = 0;  ///< of the stems
  std::string model;       ///< digest
  /// More fields for VEERY|NAME, in this order; names without ':' and line breaks.
  std::vector<std::pair<std::string, std::string>> fields;
};

struct StemFile {
  std::string path;  ///< relative to the output folder
  FileDigest digest;
};

/// Of a stem as it came, before the gain.
struct StemLevel {
  std::optional<double> rms_dbfs;  ///< 20·log10(RMS / full scale); none for silence
  double peak = 0.0;               ///< largest |sample|; full scale is 1
};

struct PublishedStems {
  double gain = 1.0;  ///< stored = gain · stem, a power of two
  std::int64_t samples = 0;
  std::vector<StemFile> files;    ///< one a source; one for all in HDF5
  std::vector<StemLevel> levels;  ///< one a source
};

/// Not thread-safe; objects are independent. Memory: below 1 MiB a source, whatever the length. What was not published
/// is gone with the object.
///
/// The gain of integer formats is 1 if that clips no sample of any stem, else the largest power of two that clips
/// none; float formats keep 1. A recording of no samples gives valid files without any.
///
/// HDF5 file: dataset `stems` [sample, source] float32, a chunk holds 65,536 samples of one source; attributes
/// `kind` "veery.stems", `format_version`, `program_version`, `commit`, `sample_rate_hz`, `gain`, `model`, `parent`,
/// `parent_sample_rate_hz`, `parent_samples`, `guano` (all GUANO fields), and the parent's texts as `parent_title` etc.
class StemFiles {
 public:
  /// Throws Error.
  StemFiles(const StemOptions& options, ParentRecording parent, Separation separation);
  ~StemFiles();
  StemFiles(const StemFiles&) = delete;
  StemFiles& operator=(const StemFiles&) = delete;

  /// The next samples: [source][sample], all of one length. NaN or infinity is an Error.
  void write(std::span<const std::vector<float>> stems);
  /// Once, after all samples. HDF5 files of several objects are written one after another. Throws Error (full disk).
  [[nodiscard]] PublishedStems publish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
