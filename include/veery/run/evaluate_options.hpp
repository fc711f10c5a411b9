#pragma once
// What `veery evaluate` is asked to do.
#include <cstdint>
#include <filesystem>
#include <string>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

namespace veery {

struct EvaluateOptions {
  std::filesystem::path model;
  std::optional<int> model_rate_hz;  ///< for TorchScript modules that don't tell
  /// Examples with known sources (the layout of FUSS), an output folder of `process`, or a folder of recordings.
  std::filesystem::path dataset;
  std::string split;           ///< empty: eval, or validation where there are shards
  std::int64_t examples = 0;   ///< so many from the first on; 0: all. Pairs of rows: more than there are meet anew
  double window_s = 5.0;       ///< of rows and recordings; examples with known sources are taken whole
  std::uint64_t seed = 1;      ///< which rows meet in a mixture, and where they are cut
  std::filesystem::path json;  ///< written too; empty: not
  std::string device = "auto";
  Precision precision = Precision::float32;
  int threads = 0;  ///< of this rank; 0: the cores it may use
};

/// Measures the model beside spectral gating; a table on standard output. The same numbers for any number of ranks.
/// Returns the exit code: done, or done with examples that could not be read (3). Collective.
int run_evaluate(Communicator& world, const EvaluateOptions& options);

}  // namespace veery
