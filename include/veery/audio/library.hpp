#pragma once
#include <string>

namespace veery {

/// The libsndfile that this process runs with: "1.2.0".
[[nodiscard]] std::string sndfile_version();

}  // namespace veery
