#pragma once
// One function per command. Each returns the exit code.
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>
#include <veery/synthesis/soundscape.hpp>

namespace veery {

namespace exit_code {
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kDoneWithBad = 3;  ///< done, but some recordings are in the quarantine
inline constexpr int kDiffers = 4;      ///< verify found differences
inline constexpr int kStopped = 75;     ///< stopped early: run again to continue
}  // namespace exit_code

/// A failure that all ranks know of: they end in order, none has to abort the others.
class AgreedFailure : public std::runtime_error {
 public:
  AgreedFailure(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
  [[nodiscard]] int code() const { return code_; }

 private:
  int code_;
};

/// Archive → peaks → slices → shards and clips → tables and manifest; continues what an earlier run left.
int run_process(Communicator& world, const ProcessOptions& options);

/// The trial of `options.trial`: reads the recording as `run_process` would, and makes nothing of it.
int run_trial(const ProcessOptions& options);

/// The index alone: a table on standard output, or OUT/index.csv and OUT/quarantine.csv.
int run_index(Communicator& world, const ProcessOptions& options);

struct PeaksOptions {
  std::vector<std::filesystem::path> files;
  StreamOptions stream;
  SliceOptions slices;
};
/// CSV on standard output: path,rank,sample,time_s,energy.
int run_peaks(const PeaksOptions& options);

/// Re-reads everything below `output` and names on standard output what differs from the manifest.
int run_verify(Communicator& world, const std::filesystem::path& output);

/// How to do the run in an output folder again, with what it was told then.
struct EarlierRun {
  std::string command;            ///< process, slice or separate
  std::filesystem::path archive;  ///< absolute
  std::string configuration;      ///< TOML, without what belongs to one job
};
/// Throws Error when no run has ended there.
[[nodiscard]] EarlierRun read_earlier_run(const std::filesystem::path& output);

/// How the run in `output` goes, or ended, on standard output. Throws Error when there was none.
int run_status(const std::filesystem::path& output, bool as_json);

/// Birds of an example, uniform; each of a species of its own.
struct BirdRange {
  int fewest = 0;
  int most = 3;
};

struct SynthesizeOptions {
  std::filesystem::path output;
  double hours = 1.0;
  int threads = 0;
  SoundscapeOptions soundscape;
  std::optional<BirdRange> sources{};  ///< examples with known sources instead of soundscapes
  std::string split = "eval";          ///< that these belong to
};
/// Soundscapes as FLAC with their annotations beside them; or examples with their sources, as
/// training/source_folder.hpp reads them.
int run_synthesize(const SynthesizeOptions& options);

}  // namespace veery
