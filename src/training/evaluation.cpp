#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <veery/training/evaluation.hpp>
#include <veery/training/losses.hpp>
#include <veery/training/metrics.hpp>

#include "training/waveforms.hpp"

namespace veery {
namespace {

constexpr double kFaintest = 0.01;  // of the power of the faintest source

at::Tensor padded(const at::Tensor& waveforms, std::int64_t count) {
  const std::int64_t missing = count - waveforms.size(0);
  if (missing <= 0) return waveforms;
  return at::cat({waveforms, at::zeros({missing, waveforms.size(1)}, waveforms.options())});
}

double power(const at::Tensor& waveform) {
  return (waveform * waveform).mean().item<double>();
}

std::vector<bool> which_sound(const at::Tensor& references) {
  const at::Tensor silent = training::is_silent(references);
  std::vector<bool> sounds;
  sounds.reserve(static_cast<std::size_t>(silent.numel()));
  for (std::int64_t i = 0; i < silent.numel(); ++i) sounds.push_back(!silent[i].item<bool>());
  return sounds;
}

/// 97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5; exact for one and two degrees of freedom).
double t_quantile(double freedom) {
  if (freedom == 1) return 12.706;
  if (freedom == 2) return 4.303;
  constexpr double z = 1.959964;
  const double z2 = z * z;
  return z * (1 + (z2 + 1) / (4 * freedom) + ((5 * z2 + 16) * z2 + 3) / (96 * freedom * freedom) +
              (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * freedom * freedom * freedom));
}

using ValuesOfExamples = std::vector<std::vector<double>>;

GroupScores group_of(std::span<const ExampleScores> examples, std::int64_t sources) {
  GroupScores group;
  group.sources = sources;
  ValuesOfExamples levels;
  ValuesOfExamples improvements;
  ValuesOfExamples foreground;
  for (const ExampleScores& example : examples) {
    if (sources == 0 ? example.sources < 2 : example.sources != sources) continue;
    ++group.examples;
    group.under += example.stems < example.sources ? 1 : 0;
    group.equal += example.stems == example.sources ? 1 : 0;
    group.over += example.stems > example.sources ? 1 : 0;
    for (ValuesOfExamples* const values : {&levels, &improvements, &foreground}) values->emplace_back();
    for (const SourceScore& score : example.scored) {
      levels.back().push_back(score.si_snr_db);
      improvements.back().push_back(score.improvement_db);
      if (score.source > 0) foreground.back().push_back(score.improvement_db);
    }
  }
  for (double* share : {&group.under, &group.equal, &group.over})
    *share /= static_cast<double>(std::max<std::int64_t>(group.examples, 1));
  group.si_snr = mean_of_examples(levels);
  group.improvement = mean_of_examples(improvements);
  group.foreground = mean_of_examples(foreground);
  return group;
}

}  // namespace

ExampleScores score_example(const at::Tensor& references, const at::Tensor& stems) {
  const std::int64_t count = std::max(references.size(0), stems.size(0));
  const at::Tensor sources = padded(references.to(at::kDouble), count);
  const at::Tensor mixture = sources.sum(0);
  const PairLoss distance = [](const at::Tensor& reference, const at::Tensor& estimate) {
    return -si_snr(estimate, reference);
  };
  const at::Tensor aligned =
      permutation_invariant(sources.unsqueeze(0), padded(stems.to(at::kDouble), count).unsqueeze(0), distance)
          .estimates.squeeze(0);
  const std::vector<bool> sounds = which_sound(sources);
  double faintest = std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < count; ++i)
    if (sounds[static_cast<std::size_t>(i)]) faintest = std::min(faintest, power(sources[i]));

  ExampleScores scores;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool is_source = sounds[static_cast<std::size_t>(i)];
    const bool is_stem = power(aligned[i]) > kFaintest * faintest;
    scores.sources += is_source ? 1 : 0;
    scores.stems += is_stem ? 1 : 0;
    if (!is_source || !is_stem) continue;
    scores.scored.push_back({i, si_snr(aligned[i], sources[i]).item<double>(),
                             si_snr_improvement(aligned[i], sources[i], mixture).item<double>()});
  }
  return scores;
}

Mean mean_of(std::span<const double> values) {
  std::vector<std::vector<double>> examples;
  examples.reserve(values.size());
  for (const double value : values) examples.push_back({value});
  return mean_of_examples(examples);
}

Mean mean_of_examples(std::span<const std::vector<double>> examples) {
  Mean result;
  double sum = 0;
  double with_values = 0;
  for (const std::vector<double>& values : examples) {
    result.count += std::ssize(values);
    with_values += values.empty() ? 0 : 1;
    for (const double value : values) sum += value;
  }
  if (result.count == 0) return result;
  const auto count = static_cast<double>(result.count);
  result.mean = sum / count;
  if (with_values < 2) return result;
  double squares = 0;
  for (const std::vector<double>& values : examples) {
    double deviation = 0;
    for (const double value : values) deviation += value - result.mean;
    squares += deviation * deviation;
  }
  result.half_width =
      t_quantile(with_values - 1) * std::sqrt(squares / (with_values - 1) / with_values) * (with_values / count);
  return result;
}

std::vector<GroupScores> grouped(std::span<const ExampleScores> examples) {
  std::set<std::int64_t> numbers;
  for (const ExampleScores& example : examples)
    if (example.sources > 0) numbers.insert(example.sources);
  std::vector<GroupScores> groups;
  groups.reserve(numbers.size() + 1);
  for (const std::int64_t number : numbers) groups.push_back(group_of(examples, number));
  if (!numbers.empty() && *numbers.rbegin() > 1) groups.push_back(group_of(examples, 0));
  return groups;
}

}  // namespace veery
