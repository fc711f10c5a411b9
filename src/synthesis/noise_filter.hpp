#pragma once
// Second-order filters that shape noise, with their exact power response.
//
// State-variable filters with trapezoidal integration (A. Simper, "Linear Trapezoidal Integrated State Variable
// Filter", cytomic.com/technical-papers, 2013): unlike direct-form biquads, exact in float for low cutoffs.
#include <vector>

namespace veery::synthesis {

struct FilterCoefficients {
  double a1 = 1.0, a2 = 0.0, a3 = 0.0;  ///< of the integrators
  double m0 = 1.0, m1 = 0.0, m2 = 0.0;  ///< mix of input, band-pass and low-pass
  double g = 1.0, k = 2.0;              ///< warped cutoff, 1/Q
};

[[nodiscard]] FilterCoefficients pass_all();
[[nodiscard]] FilterCoefficients low_pass(double cutoff_hz, double quality, int sample_rate_hz);
[[nodiscard]] FilterCoefficients high_pass(double cutoff_hz, double quality, int sample_rate_hz);
[[nodiscard]] FilterCoefficients band_pass(double centre_hz, double quality, int sample_rate_hz);

/// Where the power of white noise lies after two filters.
class PowerShares {
 public:
  PowerShares(const FilterCoefficients& first, const FilterCoefficients& second, int sample_rate_hz);

  /// Output power for white noise of power 1.
  [[nodiscard]] double total() const { return below_.back(); }
  /// Share of the output power in a band.
  [[nodiscard]] double in_band(double low_hz, double high_hz) const;

 private:
  [[nodiscard]] double below(double frequency_hz) const;

  double nyquist_hz_;
  std::vector<double> below_;  ///< power below nyquist · (i/n)²: fine at low frequencies
};

}  // namespace veery::synthesis
