#pragma once
#include <cstdint>

#include <veery/separation/tdcn.hpp>

namespace veery {

/// Weights of a network that has learnt nothing, float32 on the CPU, as the published models began: kernels uniform
/// within ±sqrt(6 / (in + out)) (Glorot and Bengio, AISTATS 2010), scales of 1, of residual connections 0.9^block,
/// PReLUs 0.1, gammas 1, the rest 0. A weight depends on the seed, its name and its shape alone, to the bit.
[[nodiscard]] Weights initial_weights(const TdcnConfig& config, std::uint64_t seed);

}  // namespace veery
