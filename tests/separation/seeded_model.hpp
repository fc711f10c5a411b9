#pragma once
// Networks with weights from a formula, for tests that need a network but no checkpoint.
#include <cstdint>

#include <veery/separation/model_file.hpp>

namespace veery::test {

/// Sizes for quick tests: 2 sources at 16 kHz, 8 blocks.
TdcnConfig small_config();

/// Kernels as a network begins training (Glorot), everything else near what it stands for, none of it zero.
Model seeded_model(const TdcnConfig& config, std::uint64_t seed = 1);

/// White noise [batch, sample] of level 0.1.
at::Tensor noise_mixtures(std::int64_t batch, std::int64_t samples, std::uint64_t seed = 7);

}  // namespace veery::test
