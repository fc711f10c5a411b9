// Runs a fuzz target without libFuzzer: its seeds, the files it is given, then mutations of those, from a seeded
// generator, for so many seconds. A crash leaves the input in ./fuzz_TARGET-crash.
//
// usage: fuzz_TARGET [SECONDS [SEED [FILE…]]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/fuzz_target.hpp"

namespace veery::fuzz {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t end) {
  return end == 0 ? 0 : static_cast<std::size_t>(random() % end);
}

void flip_bit(std::string& input, Random& random) {
  char& byte = input[below(random, input.size())];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << below(random, 8)));
}

/// A length that is far too large, as a varint and as fixed-width numbers have it.
void oversize(std::string& input, Random& random) {
  const std::size_t width = 1 + below(random, 10);
  const std::size_t at = below(random, input.size());
  for (std::size_t i = at; i < std::min(at + width, input.size()); ++i) input[i] = '\xff';
}

void splice(std::string& input, const std::string& other, Random& random) {
  const std::size_t from = below(random, other.size());
  const std::size_t at = below(random, input.size());
  input.replace(at, below(random, input.size() - at), other, from, below(random, other.size() - from));
}

void mutate(std::string& input, const std::string& other, Random& random) {
  if (input.empty()) input.assign(1, '\0');
  switch (below(random, 6)) {
    case 0:
      input.resize(below(random, input.size() + 1));
      return;
    case 1:
      return oversize(input, random);
    case 2:
      return splice(input, other, random);
    case 3:
      input[below(random, input.size())] = static_cast<char>(random() % 256);
      return;
    default:
      return flip_bit(input, random);
  }
}

void run(const std::string& input, const std::string& crash) {
  std::ofstream{crash, std::ios::binary}.write(input.data(), static_cast<std::streamsize>(input.size()));
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

int fuzz(double seconds, std::uint64_t seed, const std::vector<std::string>& inputs, const std::string& crash) {
  for (const std::string& input : inputs) run(input, crash);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  Random random{seed};
  long runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    std::string input = inputs[below(random, inputs.size())];
    const std::size_t changes = 1 + below(random, 4);
    for (std::size_t i = 0; i < changes; ++i) mutate(input, inputs[below(random, inputs.size())], random);
    run(input, crash);
  }
  std::remove(crash.c_str());
  std::printf("%ld mutations of %zu inputs\n", runs, inputs.size());
  return runs > 0 ? 0 : 1;
}

}  // namespace
}  // namespace veery::fuzz

int main(int argc, char** argv) {
  std::vector<std::string> inputs = veery::fuzz::seeds();
  for (int i = 3; i < argc; ++i) {
    std::ifstream file{argv[i], std::ios::binary};
    inputs.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 5.0;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  return veery::fuzz::fuzz(seconds, seed, inputs, std::filesystem::path{argv[0]}.filename().string() + "-crash");
}
