#pragma once
// Watching a training: a live line, status.json, and what TensorBoard shows. For rank 0.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <veery/run/train_options.hpp>
#include <veery/state/status_file.hpp>
#include <veery/training/event_file.hpp>

#include "run/progress.hpp"
#include "run/time_budget.hpp"
#include "run/validation.hpp"

namespace veery {

class TrainingWatch {
 public:
  /// `first_step`: where this run begins.
  TrainingWatch(const TrainOptions& options, const std::filesystem::path& events, const std::string& host,
                std::int64_t first_step, Reporter& reporter);

  void step(const Trainer& trainer, const StepReport& report, double waited_s);
  void validated(std::int64_t step, const ValidationResult& result, bool is_best);
  /// "120 steps, 14.2 views/s, 1.3 % of the time waiting for data", which status.json says too.
  [[nodiscard]] std::string end(std::int64_t step, double waited_s);

 private:
  [[nodiscard]] double wall_s() const;
  [[nodiscard]] TrainingStatus status_at(std::int64_t step) const;
  [[nodiscard]] std::string summary(std::int64_t step, double waited_s) const;
  [[nodiscard]] std::string line(const Trainer& trainer, double waited_s) const;
  void show(std::int64_t step, const ShownView& view);

  const TrainOptions& options_;
  std::int64_t first_step_;
  Reporter& reporter_;
  EventFile events_;
  StatusFile status_;
  Moment start_;
  std::optional<Validation> last_validation_;
};

}  // namespace veery
