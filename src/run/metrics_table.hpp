#pragma once
// metrics.csv: one row a step, without times, so that a run that was interrupted leaves the same bytes.
#include <cstdint>
#include <filesystem>
#include <optional>

#include <veery/base/file_descriptor.hpp>
#include <veery/training/trainer.hpp>

namespace veery {

/// Means over the validation's views, dB.
struct Validation {
  double loss = 0;
  double momi = 0;  ///< SI-SNR improvement of the remixed stems over the mixture of mixtures
};

class MetricsTable {
 public:
  /// Goes on behind the row of `step`; later rows are removed. Throws Error.
  MetricsTable(const std::filesystem::path& file, std::int64_t step);

  void add(std::int64_t step, const StepReport& report, const std::optional<Validation>& validation);
  /// To the device.
  void flush() const { file_.flush(); }

 private:
  FileDescriptor file_;
  std::int64_t end_ = 0;
};

}  // namespace veery
