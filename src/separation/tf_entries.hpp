#pragma once
// The records that the index of a checkpoint holds (protocol buffers).
#include <string>

#include <veery/separation/tf_checkpoint.hpp>

namespace veery::separation {

/// The number of data files that the header announces. Throws Error.
[[nodiscard]] std::int64_t parse_header(const std::string& record);

/// Throws Error naming the variable.
[[nodiscard]] TfVariable parse_variable(const std::string& name, const std::string& record);

/// The element type of a TensorFlow number; nothing when veery can't hold it (texts, resources …).
struct ElementFormat {
  at::ScalarType type = at::kFloat;
  std::int64_t bytes = 4;
};
[[nodiscard]] bool find_format(int dtype, ElementFormat& format);

}  // namespace veery::separation
