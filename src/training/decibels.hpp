#pragma once
// Decibels to factors, to the same bit everywhere: pow differs from one library to another.

namespace veery::training {

/// 10^(db / 20), within 4e-15 of it for up to 400 dB either way: with y = db · (log2(10) / 20) and n = floor(y + 0.5),
/// Taylor's series for e^((y - n) · ln 2) to the power 13 by Horner's rule, times 2^n.
[[nodiscard]] double factor_of_db(double db);

inline constexpr double kMostDb = 400;

}  // namespace veery::training
