#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/training/source_batches.hpp>

#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery::test {
namespace {

constexpr std::int64_t kSamples = 200;
constexpr std::int64_t kExamples = 5;

/// Example n has a background of level n + 1 and, if n is odd, a ramp.
SourceFolder examples_in(const TemporaryFolder& folder) {
  std::string list;
  for (std::int16_t n = 0; n < kExamples; ++n) {
    const std::string name = std::to_string(n);
    const std::vector<std::int16_t> level(kSamples, static_cast<std::int16_t>(100 * (n + 1)));
    std::vector<std::int16_t> ramp(kSamples);
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::int16_t>(10 * i);
    WavFile{folder / ("b" + name), WavFile::Kind::pcm16, 8000, kSamples}.append<std::int16_t>(level);
    WavFile{folder / ("f" + name), WavFile::Kind::pcm16, 8000, kSamples}.append<std::int16_t>(ramp);
    list += "m\tb" + name + (n % 2 == 1 ? "\tf" + name : "") + "\n";
  }
  publish_text(folder / "train_example_list.txt", list);
  return open_source_folder(folder / ".", "train");
}

SourceBatchOptions plain() {
  return {.seed = 3, .sample_rate_hz = 8000, .window_samples = 50, .target_peak = {}};
}

TEST(SourceBatch, IsCutFromExamplesAndAddsUp) {
  const TemporaryFolder folder;
  const SourceFolder examples = examples_in(folder);

  const MixtureBatch batch = make_source_batch(examples, plain(), 0, std::vector<std::int64_t>{0, 1, 2, 3, 4});

  EXPECT_TRUE(batch.sources_are_known);
  ASSERT_EQ(batch.sources.sizes(), (std::vector<std::int64_t>{5, 2, 50}));
  EXPECT_LT((batch.sources.sum(1) - batch.audio).abs().max().item<double>(), 1e-7);
  std::set<std::int64_t> seen;
  for (std::int64_t view = 0; view < kExamples; ++view) {
    const auto example = batch.rows[view][0].item<std::int64_t>();
    seen.insert(example);
    EXPECT_NEAR(batch.sources[view][0][7].item<double>() * 32768, 100.0 * static_cast<double>(example + 1), 0.1);
    const at::Tensor ramp = batch.sources[view][1] * 32768;
    EXPECT_NEAR((ramp[20] - ramp[10]).item<double>(), example % 2 == 1 ? 100 : 0, 0.1);
  }
  EXPECT_EQ(seen.size(), 5U) << "each example once an epoch";
}

TEST(SourceBatch, DependsOnEpochAndViewAlone) {
  const TemporaryFolder folder;
  const SourceFolder examples = examples_in(folder);
  const MixtureBatch all = make_source_batch(examples, plain(), 1, std::vector<std::int64_t>{0, 1, 2, 3, 4});

  const MixtureBatch one = make_source_batch(examples, plain(), 1, std::vector<std::int64_t>{3});

  EXPECT_TRUE(at::equal(one.audio[0], all.audio[3]));
  const MixtureBatch other = make_source_batch(examples, plain(), 2, std::vector<std::int64_t>{0, 1, 2, 3, 4});
  EXPECT_FALSE(at::equal(other.audio, all.audio));
}

TEST(SourceBatch, IsBroughtToAPeak) {
  const TemporaryFolder folder;
  SourceBatchOptions options = plain();
  options.target_peak = DrawRange{0.2, 0.2};

  const MixtureBatch batch = make_source_batch(examples_in(folder), options, 0, std::vector<std::int64_t>{0, 1});

  for (std::int64_t view = 0; view < 2; ++view) {
    const double peak = batch.audio[view].abs().max().item<double>();
    EXPECT_GT(peak, 0.03);
    EXPECT_LE(peak, 0.2);
    EXPECT_LT((batch.sources[view].sum(0) - batch.audio[view]).abs().max().item<double>(), 1e-6);
  }
}

TEST(SourceBatch, ExamplesShorterThanTheWindowAreRefused) {
  const TemporaryFolder folder;
  SourceBatchOptions options = plain();
  options.window_samples = kSamples + 1;
  EXPECT_THROW(make_source_batch(examples_in(folder), options, 0, std::vector<std::int64_t>{0}), Error);
}

}  // namespace
}  // namespace veery::test
