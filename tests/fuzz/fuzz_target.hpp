#pragma once
// What a fuzz target is: libFuzzer's entry function, and inputs to begin with for builds without libFuzzer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Takes any bytes. What it must not do: crash, run for long, or let anything but a veery::Error out of a reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace veery::fuzz {

/// Well-formed inputs, which mutations start from.
std::vector<std::string> seeds();

}  // namespace veery::fuzz
