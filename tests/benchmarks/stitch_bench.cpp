// Stitching an hour of 8 sources, whole and its assignment alone; and, with --table instead of Google Benchmark's
// options, what windows, hops and fades do to ten minutes of two birds (the table in
// docs/decisions/0011-stable-stems.md).
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <benchmark/benchmark.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <numeric>

#include <veery/separation/stitcher.hpp>

#include "separation/assignment.hpp"
#include "separation/two_birds.hpp"

namespace {

using veery::WindowOptions;

constexpr std::int64_t kSources = 8;
constexpr int kRate_hz = 22'050;

/// Windows of 8 sources, each a noise of its own level, in two orders by turns.
void stitch_an_hour(benchmark::State& state) {
  const c10::InferenceMode no_gradients;
  at::set_num_threads(1);
  const WindowOptions options;
  const auto window = std::llround(options.window_s * kRate_hz);
  const at::Tensor levels = at::logspace(-3, 0, kSources).unsqueeze(1);
  // The overlap agrees: what a window ends with, the next begins with.
  const at::Tensor one = at::randn({kSources, window}) * levels;
  const auto shared = window - std::llround(options.hop_s * kRate_hz);
  at::Tensor other = one.clone();
  other.narrow(1, 0, shared).copy_(one.narrow(1, window - shared, shared));
  one.narrow(1, 0, shared).copy_(other.narrow(1, window - shared, shared));
  const std::vector<at::Tensor> turns{one, other.flip(0).contiguous()};
  const std::vector<std::int64_t> starts =
      veery::window_starts(std::int64_t{3600} * kRate_hz, window, std::llround(options.hop_s * kRate_hz));
  const veery::StemSink sink = [](const veery::StemBlock& block) { benchmark::DoNotOptimize(block.front().data()); };

  for ([[maybe_unused]] auto _ : state) {
    veery::Stitcher stitcher{kSources, kRate_hz, options};
    for (std::size_t i = 0; i < starts.size(); ++i) stitcher.push(starts[i], turns[i % 2], sink);
    stitcher.finish(sink);
  }
  state.counters["windows"] = static_cast<double>(starts.size());
}
BENCHMARK(stitch_an_hour)->Unit(benchmark::kMillisecond);

/// The best order and its runners-up at each seam of an hour.
void assign_an_hour(benchmark::State& state) {
  constexpr int kSeams = 450;
  veery::separation::ScoreMatrix scores{static_cast<std::size_t>(state.range(0))};
  for (std::size_t i = 0; i < scores.size() * scores.size(); ++i) {
    scores(i / scores.size(), i % scores.size()) = std::sin(static_cast<double>(i * i));
  }
  for ([[maybe_unused]] auto _ : state) {
    for (std::size_t solve = 0; solve < kSeams * (scores.size() + 1); ++solve) {
      benchmark::DoNotOptimize(veery::separation::best_assignment(scores));
    }
  }
}
BENCHMARK(assign_an_hour)->Arg(4)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond);

double db(const at::Tensor& power) {
  return 10.0 * std::log10(std::max(power.item<double>(), 1e-20));
}

struct Quality {
  int swaps = 0;
  double error_db = 0.0;  ///< of the birds' stems against the true birds, where a bird sings
  double seam_db = 0.0;   ///< the same within 0.5 s of the seams
  double least_confidence = 1.0;
};

Quality quality(const WindowOptions& options, unsigned seed) {
  using namespace veery::test;
  const TwoBirds scene = two_birds(600, seed);
  const Separated separated = separate(scene.mixture, kBirdRate_hz, options, 4, ShufflingSplitter{seed});
  Quality result;
  at::Tensor near_seam = at::zeros({scene.mixture.size(0)}, at::kBool);
  for (const veery::Seam& seam : separated.seams) {
    near_seam.slice(0, std::max<std::int64_t>(seam.sample - kBirdRate_hz / 2, 0), seam.sample + kBirdRate_hz / 2)
        .fill_(true);
    result.least_confidence = std::min(result.least_confidence, seam.confidence);
  }
  at::Tensor error = at::zeros_like(scene.mixture);
  for (const std::int64_t bird : {0, 1}) {
    const std::vector<int> stems = stems_of(scene.birds[bird], separated.stems);
    result.swaps += swaps(stems);
    error += (separated.stems[stems.front()] - scene.birds[bird]).square();
  }
  const at::Tensor song = scene.birds.square().sum(0);
  result.error_db = db(error.mean() / song.mean());
  result.seam_db = db(error.masked_select(near_seam).mean() / song.masked_select(near_seam).mean());
  return result;
}

int print_table() {
  const c10::InferenceMode no_gradients;
  at::set_num_threads(1);
  std::printf("| window s | hop s | fade s | cost | swaps | error dB | at seams dB | least confidence |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  constexpr WindowOptions kTried[] = {{5, 2.5, 1},     {5, 4, 0.5},  {10, 5, 1},  {10, 5, 5}, {10, 8, 0},
                                      {10, 8, 0.1},    {10, 8, 0.5}, {10, 8, 1},  {10, 8, 2}, {10, 9, 0.5},
                                      {10, 9.5, 0.25}, {10, 10, 0},  {20, 18, 1}, {30, 28, 1}};
  for (const WindowOptions& options : kTried) {
    constexpr unsigned kScenes = 5;
    Quality sum{0, 0.0, 0.0, 1.0};
    for (unsigned seed = 1; seed <= kScenes; ++seed) {
      const Quality one = quality(options, 10 * seed);
      sum.swaps += one.swaps;
      sum.error_db += one.error_db / kScenes;
      sum.seam_db += one.seam_db / kScenes;
      sum.least_confidence = std::min(sum.least_confidence, one.least_confidence);
    }
    std::printf("| %g | %g | %g | %.2f | %d | %.1f | %.1f | %.2f |\n", options.window_s, options.hop_s, options.fade_s,
                options.window_s / options.hop_s, sum.swaps, sum.error_db, sum.seam_db, sum.least_confidence);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--table") == 0) return print_table();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
