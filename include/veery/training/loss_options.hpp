#pragma once
// How the losses of training/losses.hpp are meant.
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace veery {

/// No least error: a perfect estimate is worth -80 dB.
inline constexpr double kUnlimitedSnr = std::numeric_limits<double>::infinity();

/// The estimate j goes to the mixture assignment[j].
using Assignment = std::vector<std::int64_t>;

struct MixitOptions {
  double max_snr_db = 30;
  /// A reference of silence, RMS at most 1e-8, is measured against the loudness of the sum of all references instead,
  /// at this limit: what a single mixture among mixtures of mixtures needs (Wisdom et al., ICASSP 2021). Empty: no
  /// reference counts as silent.
  std::optional<double> max_snr_silent_db{};
  std::vector<Assignment> allowed{};  ///< the only ones to try, in this order; empty: all
};

struct PermutationOptions {
  bool allow_repeated = false;              ///< an estimate may serve many references
  std::vector<std::string> signal_types{};  ///< a source: permutations stay within a type. Empty: all of one type
};

/// Defaults: the FUSS model.
struct SupervisedOptions {
  double max_snr_db = 30;
  double max_snr_silent_db = 20;
  double silent_weight = 1;
  std::vector<double> source_weights{};       ///< a source; empty: 1 each
  std::vector<std::string> signal_types{};    ///< as in PermutationOptions
  std::vector<std::string> silent_types{};    ///< signal types that count as silent, whatever their references
  bool ignore_silence_without_signal = true;  ///< a batch of silent references alone costs nothing; DCASE 2020: no
};

}  // namespace veery
