#pragma once
// How fast a rank works on this archive, measured: the job's own command on a few of its recordings, in a process of
// its own and into a folder that is gone afterwards.
#include <string>
#include <vector>

#include <veery/archive/archive_index.hpp>
#include <veery/run/submit_options.hpp>

namespace veery {

struct Calibration {
  double audio_s_per_s = 0.0;  ///< 0: nothing could be measured
  std::size_t recordings = 0;
  double audio_s = 0.0;
  double seconds = 0.0;
  int threads = 1;
  std::string device;   ///< CPU or cuda:N; empty: nothing was separated
  std::string why_not;  ///< of what could not be measured
};

/// The recordings in an order that depends on their paths alone: a prefix of it is a random sample of the archive.
[[nodiscard]] std::vector<std::size_t> calibration_order(const ArchiveIndex& index);

/// Takes `limit_s` and a little more. One rank with `threads` threads, on this machine. Never throws because the
/// measured command fails.
[[nodiscard]] Calibration calibrate(const SubmitOptions& options, const ArchiveIndex& index,
                                    const std::filesystem::path& program, int threads);

}  // namespace veery
