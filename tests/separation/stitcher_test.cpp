#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numbers>
#include <numeric>
#include <random>

#include <veery/base/error.hpp>
#include <veery/separation/stitcher.hpp>

#include "separation/two_birds.hpp"
#include "support/closed_form_signals.hpp"

namespace veery::test {
namespace {

constexpr int kRate_hz = 1000;
constexpr std::int64_t kWindow = 1000;
constexpr std::int64_t kHop = 800;
const WindowOptions kOptions{1.0, 0.8, 0.1};

at::Tensor noise_samples(std::int64_t count, std::uint64_t seed = 1) {
  const std::vector<float> samples =
      sampled(count, [seed](std::size_t n) { return n % 97 == 0 ? -0.0 : noise(seed, n); });
  return at::tensor(samples);
}

at::Tensor tone(std::int64_t count, double hz, double amplitude = 0.5) {
  return amplitude * at::sin(at::arange(count, at::kDouble) * (2 * std::numbers::pi * hz / kRate_hz)).to(at::kFloat);
}

bool same_bits(const at::Tensor& one, const at::Tensor& other) {
  return one.sizes() == other.sizes() &&
         std::memcmp(one.const_data_ptr(), other.const_data_ptr(), static_cast<std::size_t>(one.nbytes())) == 0;
}

at::Tensor as_one_source(const at::Tensor& window) {
  return window.unsqueeze(0);
}

/// Windows of the true stems [stem, sample], all but the first with their outputs in a new order, stitched.
Separated shuffle_and_stitch(const at::Tensor& truth) {
  std::mt19937 random{7};
  std::vector<std::int64_t> order(static_cast<std::size_t>(truth.size(0)));
  std::iota(order.begin(), order.end(), 0);
  const std::vector<std::int64_t> starts = window_starts(truth.size(1), kWindow, kHop);
  std::size_t next = 0;
  return separate(truth.sum(0), kRate_hz, kOptions, truth.size(0), [&](const at::Tensor& window) {
    if (next > 0) std::shuffle(order.begin(), order.end(), random);
    return truth.narrow(1, starts[next++], window.size(0)).index_select(0, at::tensor(order));
  });
}

class Stitching : public testing::Test {
 protected:
  const c10::InferenceMode no_gradients_;
};

TEST(WindowStarts, CoverEverySampleAndStayInside) {
  for (std::int64_t length = 1; length < 60; ++length) {
    for (const auto& [window, hop] : {std::pair<std::int64_t, std::int64_t>{10, 8}, {10, 10}, {7, 1}, {1, 1}}) {
      const std::vector<std::int64_t> starts = window_starts(length, window, hop);

      EXPECT_EQ(starts.front(), 0);
      EXPECT_EQ(starts.back(), std::max<std::int64_t>(length - window, 0));
      for (std::size_t i = 1; i < starts.size(); ++i) {
        EXPECT_GT(starts[i], starts[i - 1]);
        EXPECT_LE(starts[i], starts[i - 1] + hop);
        const bool last = i + 1 == starts.size();
        EXPECT_TRUE(last || starts[i] == static_cast<std::int64_t>(i) * hop);
      }
    }
  }
}

TEST(WindowStarts, OfNothingAreNone) {
  EXPECT_TRUE(window_starts(0, 10, 8).empty());
}

TEST_F(Stitching, AModelThatReturnsItsInputChangesNoBit) {
  for (const std::int64_t length : {std::int64_t{1}, std::int64_t{2}, kWindow - 1, kWindow, kWindow + 1,
                                    kWindow + kHop - 1, kWindow + kHop, kWindow + kHop + 1, 3 * kWindow + 17}) {
    const at::Tensor mixture = noise_samples(length);

    EXPECT_TRUE(same_bits(separate(mixture, kRate_hz, kOptions, 1, as_one_source).stems[0], mixture)) << length;
  }
}

TEST_F(Stitching, AModelThatReturnsItsInputChangesNoBitInTwoHours) {
  const at::Tensor mixture = noise_samples(std::int64_t{7200} * kRate_hz + 3);

  EXPECT_TRUE(same_bits(separate(mixture, kRate_hz, kOptions, 1, as_one_source).stems[0], mixture));
}

TEST_F(Stitching, AModelThatReturnsItsInputChangesNoBitWithAnyWindows) {
  std::mt19937 random{3};
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>{low, high}(random);
  };
  for (int round = 0; round < 300; ++round) {
    const std::int64_t window = draw(1, 60);
    const std::int64_t hop = draw(1, window);
    const std::int64_t fade = draw(0, 2 * window);
    const at::Tensor mixture = noise_samples(draw(1, 6 * window), static_cast<std::uint64_t>(round));
    const auto seconds = [](std::int64_t samples) { return static_cast<double>(samples) / kRate_hz; };

    const WindowOptions options{seconds(window), seconds(hop), seconds(fade)};
    EXPECT_TRUE(same_bits(separate(mixture, kRate_hz, options, 1, as_one_source).stems[0], mixture))
        << "window " << window << ", hop " << hop << ", fade " << fade << ", length " << mixture.size(0);
  }
}

TEST_F(Stitching, FadesInTheMiddleOfTheOverlap) {
  const WindowOptions options{0.010, 0.004, 0.002};
  std::vector<float> stem;
  const StemSink sink = [&](const StemBlock& block) { stem.insert(stem.end(), block[0].begin(), block[0].end()); };
  Stitcher stitcher{1, kRate_hz, options};

  stitcher.push(0, at::full({1, 10}, 1.0), sink);
  stitcher.push(4, at::full({1, 10}, 3.0), sink);
  stitcher.finish(sink);

  ASSERT_EQ(stem.size(), 14U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(stem[i], 1.0F) << i;
  EXPECT_NEAR(stem[6], 1.0 + 2.0 * std::pow(std::sin(std::numbers::pi / 8), 2), 1e-6);
  EXPECT_NEAR(stem[7], 3.0 - 2.0 * std::pow(std::sin(std::numbers::pi / 8), 2), 1e-6);
  for (std::size_t i = 8; i < 14; ++i) EXPECT_EQ(stem[i], 3.0F) << i;
  EXPECT_EQ(stitcher.seams().at(0).sample, 7);
}

TEST_F(Stitching, EmitsEarlyAndEachSampleOnce) {
  const at::Tensor mixture = noise_samples(20 * kWindow + 5);
  std::int64_t emitted = 0;
  const StemSink count = [&](const StemBlock& block) { emitted += static_cast<std::int64_t>(block[0].size()); };
  Stitcher stitcher{1, kRate_hz, kOptions};

  for (const std::int64_t start : window_starts(mixture.size(0), kWindow, kHop)) {
    stitcher.push(start, mixture.narrow(0, start, kWindow).unsqueeze(0), count);
    EXPECT_GE(emitted, start + kWindow / 2 - 100);  // a window at any later start fades in from its middle on
    EXPECT_LT(emitted, start + kWindow);
  }
  stitcher.finish(count);

  EXPECT_EQ(emitted, mixture.size(0));
}

TEST_F(Stitching, UndoesShuffledOutputs) {
  const std::int64_t length = 50 * kWindow + 123;
  const at::Tensor truth = at::stack({tone(length, 50), tone(length, 120, 0.05), tone(length, 200), tone(length, 310)});

  const Separated shuffled = shuffle_and_stitch(truth);

  EXPECT_TRUE(same_bits(shuffled.stems, truth));
  for (const Seam& seam : shuffled.seams) EXPECT_GT(seam.confidence, 0.9);
}

TEST_F(Stitching, UndoesALastWindowThatOverlapsAlmostEntirely) {
  for (const std::int64_t beyond : {1, 2, 50}) {
    const std::int64_t length = 5 * kHop + kWindow + beyond;
    const at::Tensor truth = at::stack({tone(length, 50), tone(length, 120), tone(length, 200)});

    EXPECT_TRUE(same_bits(shuffle_and_stitch(truth).stems, truth)) << beyond;
  }
}

TEST_F(Stitching, AStemKeepsItsNumberOverSilence) {
  const std::int64_t length = 60 * kWindow;
  const at::Tensor truth = at::stack({tone(length, 50), tone(length, 120), tone(length, 200), tone(length, 310)});
  // Silent for tens of windows, two at a time, and all four for a while; the first window hears all of them.
  truth[1].slice(0, 1500, 40'300).zero_();
  truth[2].slice(0, 2500, 30'100).zero_();
  truth[0].slice(0, 20'000, 28'000).zero_();
  truth[3].slice(0, 18'000, 27'500).zero_();

  EXPECT_TRUE(same_bits(shuffle_and_stitch(truth).stems, truth));
}

TEST_F(Stitching, AnOverlapInSilenceIsJoinedByMemory) {
  const std::int64_t length = 30 * kWindow;
  const at::Tensor truth = at::stack({tone(length, 50), tone(length, 200)});
  for (const std::int64_t start : window_starts(length, kWindow, kHop)) {
    if (start > 0) truth.narrow(1, start, kWindow - kHop).zero_();
  }

  const Separated shuffled = shuffle_and_stitch(truth);

  EXPECT_TRUE(same_bits(shuffled.stems, truth));
  for (const Seam& seam : shuffled.seams) EXPECT_GT(seam.confidence, 0.5);
}

TEST_F(Stitching, HissDoesNotOutvoteABirdThatReturns) {
  const std::int64_t length = 40 * kWindow;
  const at::Tensor truth = at::stack({tone(length, 50), tone(length, 310)});
  truth[1].slice(0, 1500, 30'250).zero_();
  const at::Tensor hiss = 1e-3 * noise_samples(length);
  std::mt19937 random{5};
  std::uniform_real_distribution<double> share{-1.0, 1.0};
  const std::vector<std::int64_t> starts = window_starts(length, kWindow, kHop);
  std::size_t next = 0;

  const auto model = [&](const at::Tensor& window) {
    const std::int64_t start = starts[next++];
    const double to_first = share(random);
    at::Tensor outputs = truth.narrow(1, start, window.size(0)).clone();
    outputs[0].add_(hiss.narrow(0, start, window.size(0)), to_first);
    outputs[1].add_(hiss.narrow(0, start, window.size(0)), 1.0 - to_first);
    return next % 2 == 0 ? outputs.flip(0) : outputs;
  };
  const Separated separated = separate(truth.sum(0) + hiss, kRate_hz, kOptions, 2, model);

  EXPECT_LT((separated.stems - truth).abs().max().item<double>(), 5e-3);
}

TEST_F(Stitching, StemsThatAreSilentForEverLowerNoConfidence) {
  const std::int64_t length = 20 * kWindow;
  const at::Tensor truth = at::stack({tone(length, 50), at::zeros({length}), tone(length, 200), at::zeros({length})});

  const Separated shuffled = shuffle_and_stitch(truth);

  EXPECT_TRUE(same_bits(shuffled.stems, truth));
  for (const Seam& seam : shuffled.seams) EXPECT_GT(seam.confidence, 0.9);
}

TEST_F(Stitching, TwoOutputsThatCannotBeToldApartHaveNoConfidence) {
  const std::int64_t length = 5 * kWindow;
  const at::Tensor truth = at::stack({tone(length, 50), tone(length, 50), tone(length, 200)});

  for (const Seam& seam : shuffle_and_stitch(truth).seams) EXPECT_LT(seam.confidence, 0.01);
}

TEST_F(Stitching, OneSourceIsAlwaysCertain) {
  for (const Seam& seam : separate(noise_samples(9 * kWindow), kRate_hz, kOptions, 1, as_one_source).seams) {
    EXPECT_EQ(seam.confidence, 1.0);
    EXPECT_EQ(seam.outputs, std::vector<int>{0});
  }
}

TEST_F(Stitching, SilenceStaysSilenceWithConfidence) {
  const at::Tensor truth = at::zeros({3, 7 * kWindow});

  const Separated shuffled = shuffle_and_stitch(truth);

  EXPECT_TRUE(same_bits(shuffled.stems, truth));
  for (const Seam& seam : shuffled.seams) EXPECT_EQ(seam.confidence, 1.0);
}

TEST_F(Stitching, RefusesWindowsThatDoNotFit) {
  const StemSink ignore = [](const StemBlock&) {};
  Stitcher stitcher{2, kRate_hz, kOptions};
  stitcher.push(100, at::zeros({2, 50}), ignore);

  EXPECT_THROW(stitcher.push(100, at::zeros({2, 50}), ignore), Error);               // not later
  EXPECT_THROW(stitcher.push(151, at::zeros({2, 50}), ignore), Error);               // a gap
  EXPECT_THROW(stitcher.push(120, at::zeros({2, 10}), ignore), Error);               // inside the one before
  EXPECT_THROW(stitcher.push(120, at::zeros({3, 50}), ignore), Error);               // another source
  EXPECT_THROW(stitcher.push(120, at::zeros({2, 50}, at::kDouble), ignore), Error);  // not float32
  EXPECT_NO_THROW(stitcher.push(150, at::zeros({2, 50}), ignore));                   // touches: nothing to fade
}

TEST(StitcherOptions, ThatMakeNoWindowsAreRefused) {
  for (const WindowOptions& options : {WindowOptions{0.0, 0.0, 0.0}, WindowOptions{1.0, 1.1, 0.1},
                                       WindowOptions{1.0, 0.0, 0.1}, WindowOptions{1.0, 0.5, -0.1}}) {
    EXPECT_THROW(Stitcher(2, kRate_hz, options), UsageError);
  }
}

}  // namespace
}  // namespace veery::test
