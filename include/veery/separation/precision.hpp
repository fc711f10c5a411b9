#pragma once
// In which arithmetic a network runs.
#include <string>

namespace veery {

/// Of the matrix products, and of what follows directly on one in bfloat16 or float16 (LibTorch's autocast);
/// weights and stems are float32 in each. A CPU takes tf32 for float32, and has no float16.
enum class Precision { float32, tf32, bfloat16, float16 };

[[nodiscard]] std::string to_string(Precision precision);
/// Throws UsageError that lists the names there are: float32, tf32, bf16, fp16.
[[nodiscard]] Precision parse_precision(const std::string& name);

}  // namespace veery
