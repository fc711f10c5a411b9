#pragma once
// What a fuzz target is: libFuzzer's entry function, and inputs to begin with.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// Takes any bytes. What it must not do: crash, run for long, or let anything but a veery::Error out of a reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace veery::fuzz {

/// Well-formed inputs, which mutations start from.
std::vector<std::string> seeds();

inline std::string text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// Ends the process, as a sanitizer would, when what must hold of every input does not.
inline void expect(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

}  // namespace veery::fuzz
