#pragma once
#include <string>

namespace veery {

/// The LibTorch that this process runs with: "2.11.0".
[[nodiscard]] std::string torch_version();

}  // namespace veery
