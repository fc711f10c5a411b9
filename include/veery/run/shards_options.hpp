#pragma once
// What `veery shards` is asked to do.
#include <cstdint>
#include <filesystem>
#include <string>

#include <veery/mpi/communicator.hpp>
#include <veery/shards/tfds_format.hpp>
#include <veery/spectrogram/picture.hpp>

namespace veery {

struct RepartitionOptions {
  std::filesystem::path dataset;  ///< an output folder, or its dataset/NAME/VERSION
  std::filesystem::path output;   ///< new
  std::int64_t shards_per_split = 0;
  bool drop_remainder = false;    ///< the last rows, so that all shards of a split are equally long
  bool tfrecord = false;          ///< beside HDF5, in a folder of their own, for TensorFlow Datasets
  TfdsFormat tfds;                ///< of TFRecord
  std::filesystem::path scratch;  ///< for rows on their way and files under construction; empty: the output folder
};

/// Writes the dataset anew in `options.output`, whole or not at all, with a manifest for `veery verify`; says on
/// standard output what it made. Returns the exit code. Collective.
int run_repartition(Communicator& world, const RepartitionOptions& options);

struct StatisticsOptions {
  std::filesystem::path dataset;
  std::filesystem::path json;      ///< written too; empty: not
  double silent_below_db = -70.0;  ///< re full scale: a row with a lower RMS level counts as silent
};

/// Measures every row; a table a split on standard output. Returns the exit code. Collective.
int run_statistics(Communicator& world, const StatisticsOptions& options);

struct SampleOptions {
  std::filesystem::path dataset;
  std::filesystem::path output;  ///< new
  std::int64_t rows = 0;         ///< of all splits together, or of the one; all there are if there are fewer
  std::string split;             ///< empty: all
  std::uint64_t seed = 0;
  Palette palette = Palette::grey;
};

/// Writes rows chosen at random as WAV files, one for the mixture and one a stem, with a picture each and the table
/// sample.csv, whole or not at all. Returns the exit code. Collective.
int run_sample(Communicator& world, const SampleOptions& options);

}  // namespace veery
