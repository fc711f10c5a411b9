#include "training/waveforms.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <sstream>
#include <string>

#include <veery/base/error.hpp>

namespace veery::training {
namespace {

std::string describe(const at::Tensor& references, const at::Tensor& estimates) {
  std::ostringstream text;
  text << "references " << references.sizes() << ", estimates " << estimates.sizes();
  return text.str();
}

}  // namespace

void check_waveforms(const at::Tensor& references, const at::Tensor& estimates) {
  if (references.dim() != 3 || estimates.dim() != 3 || references.numel() == 0 || estimates.numel() == 0 ||
      references.size(0) != estimates.size(0) || references.size(2) != estimates.size(2)) {
    throw Error{"references and estimates do not fit", describe(references, estimates),
                "both are [batch, source, sample] with the same batch and samples"};
  }
  if (references.scalar_type() != estimates.scalar_type() || references.device() != estimates.device()) {
    throw Error{"references and estimates differ in type or device", describe(references, estimates),
                "bring both to one type and one device"};
  }
}

void check_pairs(const at::Tensor& references, const at::Tensor& estimates) {
  check_waveforms(references, estimates);
  if (references.size(1) == estimates.size(1)) return;
  throw Error{"there is not one estimate a reference", describe(references, estimates),
              "add silent references, or take mixit"};
}

at::Tensor is_silent(const at::Tensor& waveforms) {
  constexpr double kSilentRms = 1e-8;
  return at::sqrt((waveforms * waveforms).mean(-1)) <= kSilentRms;
}

}  // namespace veery::training
