#include <torch/csrc/inductor/aoti_torch/c/shim.h>

#include <cstdint>

#include <veery/separation/library.hpp>

namespace veery {

std::string torch_version() {
  // From the top a byte each for major, minor and patch (torch/headeronly/version.h).
  const std::uint64_t version = aoti_torch_abi_version();
  const auto part = [version](unsigned shift) { return std::to_string((version >> shift) & 0xFFU); };
  return part(56) + '.' + part(48) + '.' + part(40);
}

}  // namespace veery
