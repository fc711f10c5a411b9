#pragma once
// One training from where it stands to its end. The same on every rank; rank 0 keeps the books.
#include <memory>
#include <optional>
#include <string>

#include <veery/mpi/communicator.hpp>
#include <veery/run/train_options.hpp>
#include <veery/training/batch_loader.hpp>
#include <veery/training/trainer.hpp>

#include "run/progress.hpp"
#include "run/time_budget.hpp"
#include "run/training_data.hpp"
#include "run/training_folder.hpp"
#include "run/training_watch.hpp"

namespace veery {

struct TrainingEnd {
  bool done = false;   ///< else it was stopped, and goes on with the next run
  std::string reason;  ///< "all 1000 steps are done"
  std::int64_t steps = 0;
  std::string summary{};  ///< on rank 0
};

class TrainingLoop {
 public:
  /// `folder`: on rank 0, elsewhere null. Begins, or reads the latest checkpoint. Collective.
  TrainingLoop(Communicator& world, const TrainOptions& options, const TrainingData& data, ComputeDevice device,
               TrainingFolder* folder, Reporter& reporter, const Moment& start);

  /// Throws AgreedFailure when training diverges a second time. Collective.
  TrainingEnd run();

 private:
  void begin_at(TrainingState state);
  StepReport take_step();
  [[nodiscard]] std::optional<TrainingEnd> find_end() const;
  [[nodiscard]] bool may_go_on() const;
  [[nodiscard]] bool are_hours_over() const;
  void take_stock(const StepReport& report);
  [[nodiscard]] std::optional<Validation> validate_if_due();
  void go_back(const StepReport& report);
  [[nodiscard]] double waited_s() const { return waited_before_s_ + loader_->waited_s(); }

  Communicator& world_;
  const TrainOptions& options_;
  const TrainingData& data_;
  ComputeDevice device_;
  TrainingFolder* folder_;
  Reporter& reporter_;
  TimeBudget budget_;
  Moment start_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<BatchLoader> loader_;
  double waited_before_s_ = 0;  ///< for loaders that are gone
  std::optional<MetricsTable> metrics_;
  std::optional<TrainingWatch> watch_;
};

}  // namespace veery
