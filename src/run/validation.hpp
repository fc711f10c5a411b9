#pragma once
// How good the moving average is on data that training does not see.
#include <optional>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>

#include "run/metrics_table.hpp"
#include "run/training_data.hpp"

namespace veery {

/// A view to look at and listen to: the mixture, then the stems, all of one length.
struct ShownView {
  std::vector<float> mixture;
  std::vector<std::vector<float>> stems;
};

struct ValidationResult {
  Validation means;
  ShownView shown;  ///< the first view, on rank 0
};

/// Of the first `views` of the set's first epoch, dealt to the ranks; at most `at_once` go through the network
/// together. The same numbers for any number of ranks on one kind of device. Collective.
[[nodiscard]] ValidationResult validate(Communicator& world, const Trainer& trainer, const ViewSet& set,
                                        std::int64_t views, std::int64_t at_once);

}  // namespace veery
