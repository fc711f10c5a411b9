#pragma once
// What to expect of a job of `train`.
#include <cstdint>
#include <string>

#include <veery/mpi/communicator.hpp>
#include <veery/run/submit_options.hpp>

#include "run/prepared_job.hpp"
#include "run/training_data.hpp"

namespace veery {

/// Steps, batches, hours of audio and epochs: what the options and the data say, without a network.
[[nodiscard]] std::string describe_training_plan(const TrainOptions& options, const TrainingData& data, int ranks,
                                                 std::int64_t steps_done);

/// The plan and, of the steps that are left to do, a forecast or why there is none, for people. Opens the datasets and
/// the latest checkpoint, changes nothing. Throws UsageError or AgreedFailure for data that the job could not train on,
/// and when the output folder holds a training with other options. On one rank.
[[nodiscard]] std::string describe_training_job(Communicator& world, const SubmitOptions& asked, const PreparedJob& job,
                                                const TrainOptions& options);

}  // namespace veery
