#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <fstream>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/separation/model_file.hpp>
#include <veery/training/checkpoint.hpp>
#include <veery/training/losses.hpp>

#include "separation/seeded_model.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

namespace fs = std::filesystem;

bool same(const Weights& a, const Weights& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.first == other.first && at::equal(one.second.detach(), other.second.detach());
  });
}

/// Training on noise, from a state to a state.
TrainingState train(TrainingState state, std::int64_t steps) {
  Weights weights = trainable(state.weights);
  for (std::int64_t i = 0; i < steps; ++i) {
    const at::Tensor references = noise_mixtures(4, 400, static_cast<std::uint64_t>(state.step)).view({2, 2, 400});
    const at::Tensor estimates = forward(state.config, weights, references.sum(1));
    Weights gradients = gradients_of(mixit(references, estimates).loss.mean(), weights);
    clip_by_global_norm(gradients, 5.0);
    adam_step(weights, gradients, state.adam, 1e-3);
    average_weights(state.average, weights, averaging_decay(state.step, 0.999));
    ++state.step;
  }
  for (const auto& [name, weight] : weights) state.weights[name] = weight.detach();
  return state;
}

TEST(Checkpoint, ARunThatGoesOnIsTheOneThatNeverStopped) {
  const TemporaryFolder folder;
  const TrainingState whole = train(begin_training(small_config(), 3), 6);

  write_checkpoint(folder / "middle", train(begin_training(small_config(), 3), 4));
  const TrainingState continued = train(read_checkpoint(folder / "middle"), 2);

  EXPECT_EQ(continued.step, 6);
  EXPECT_EQ(continued.adam.steps, 6);
  EXPECT_TRUE(same(continued.weights, whole.weights));
  EXPECT_TRUE(same(continued.average, whole.average));
  EXPECT_TRUE(same(continued.adam.second_moments, whole.adam.second_moments));
  EXPECT_FALSE(same(whole.weights, whole.average)) << "the average is something of its own";
}

TEST(Checkpoint, KeepsWhatTrainingKnows) {
  const TemporaryFolder folder;
  TrainingState state = begin_training(small_config(), 1);
  state.progress.rate_scale = 0.5;
  state.progress.best_loss = -12.345678901234567;
  state.progress.best_step = 77;
  state.progress.trend = {-3.25, -4.125};
  state.provenance["data"] = "two birds";

  write_checkpoint(folder / "one", state);
  const TrainingState read = read_checkpoint(folder / "one");

  EXPECT_EQ(read.config, state.config);
  EXPECT_EQ(read.progress.rate_scale, 0.5);
  EXPECT_EQ(read.progress.best_loss, state.progress.best_loss);
  EXPECT_EQ(read.progress.best_step, 77);
  EXPECT_EQ(read.progress.trend.smoothed, -3.25);
  EXPECT_EQ(read.progress.trend.least, -4.125);
  EXPECT_EQ(read.provenance, state.provenance);
  EXPECT_EQ(read_checkpoint([&] {
              state.progress.best_loss.reset();
              write_checkpoint(folder / "two", state);
              return folder / "two";
            }())
                .progress.best_loss,
            std::nullopt);
}

TEST(Checkpoint, ItsAverageIsAModel) {
  const TemporaryFolder folder;
  const TrainingState state = train(begin_training(small_config(), 1), 2);
  write_checkpoint(folder / "one", state);

  EXPECT_TRUE(same(read_model(folder / "one/average.h5").weights, state.average));
}

TEST(Checkpoint, WhatIsMixedOrDamagedIsRefusedByName) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "one", begin_training(small_config(), 1));
  write_checkpoint(folder / "two", begin_training(small_config(), 2));
  const auto error_of = [&](const fs::path& path) -> std::string {
    try {
      static_cast<void>(read_checkpoint(path));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };

  fs::copy_file(folder / "two/average.h5", folder / "one/average.h5", fs::copy_options::overwrite_existing);
  EXPECT_NE(error_of(folder / "one").find("average.h5"), std::string::npos) << error_of(folder / "one");
  std::ofstream{folder / "two/state.json"} << "{\"format_version\": 1}";
  EXPECT_NE(error_of(folder / "two").find("two"), std::string::npos) << error_of(folder / "two");
  std::ofstream{folder / "two/state.json"} << "{";
  EXPECT_NE(error_of(folder / "two").find("state.json"), std::string::npos);
  EXPECT_NE(error_of(folder / "none").find("none"), std::string::npos);
}

TEST(Checkpoint, IsNeverOverwritten) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "one", begin_training(small_config(), 1));

  EXPECT_THROW(write_checkpoint(folder / "one", begin_training(small_config(), 2)), Error);
  EXPECT_TRUE(same(read_checkpoint(folder / "one").weights, begin_training(small_config(), 1).weights));
}

TEST(Checkpoint, TheLatestIsThatOfTheHighestStep) {
  const TemporaryFolder folder;
  EXPECT_EQ(latest_checkpoint(folder / "none"), std::nullopt);
  EXPECT_EQ(latest_checkpoint(folder.path()), std::nullopt);
  for (const std::int64_t step : {900, 12'000, 1'000})
    write_checkpoint(folder / checkpoint_name(step), begin_training(small_config(), 1));
  create_folder(folder / ("." + checkpoint_name(20'000) + ".staged"));
  create_folder(folder / checkpoint_name(30'000));  // emptied by somebody

  EXPECT_EQ(latest_checkpoint(folder.path()), folder / "step-000012000");
}

}  // namespace
}  // namespace veery::test
