#pragma once
// How fast weights move, and by what rule.

namespace veery {

/// Falls by `factor` every `factor_steps`, a little with each step.
struct LearningRateDecay {
  double initial = 1e-4;
  double factor = 0.5;
  double factor_steps = 2e6;
};

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

}  // namespace veery
