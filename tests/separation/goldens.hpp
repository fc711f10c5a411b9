#pragma once
// Networks and what TensorFlow made of them: in data/ (one small network, always there) and in the folder `shared`.
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/separation/import_checkpoint.hpp>

namespace veery::test {

std::filesystem::path own_goldens();
std::filesystem::path shared_goldens();

/// Skips the test where the folder `shared` is missing; under CI that is a failure.
#define VEERY_NEED_SHARED_GOLDENS()                                                             \
  if (!std::filesystem::is_directory(::veery::test::shared_goldens())) {                        \
    if (std::getenv("CI") != nullptr) FAIL() << "missing: " << ::veery::test::shared_goldens(); \
    GTEST_SKIP() << "missing: " << ::veery::test::shared_goldens();                             \
  }                                                                                             \
  static_assert(true)

/// What hparams.json says that the checkpoint does not.
ImportOptions options_in(const std::filesystem::path& folder);
/// The same for each of the consistencies that a network was run with; "" stands for none.
ImportOptions options_in(const std::filesystem::path& folder, const std::string& mix_weights_type);

at::Tensor read_tensor(const std::filesystem::path& npy);
/// The mixture [1, sample] of a network's sample rate, of 1.00 s ("1p00") or 2.37 s ("2p37").
at::Tensor shared_mixture(const TdcnConfig& config, const std::string& length);

/// The largest difference, whatever axes of one element either has.
double largest_difference(const at::Tensor& ours, const at::Tensor& golden);
double largest_value(const at::Tensor& values);
/// In dB, of `golden` over the difference.
double signal_to_difference_db(const at::Tensor& ours, const at::Tensor& golden);

/// A checkpoint in `folder` whose weights come from the formula in hparams.json of `golden`. Returns its prefix.
std::filesystem::path write_recipe_checkpoint(const std::filesystem::path& golden, const std::filesystem::path& folder);

}  // namespace veery::test
