// Gives libFuzzer a target's seeds: `fuzz_TARGET --seeds FOLDER` writes them there, as a corpus to begin with.
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "fuzz/fuzz_target.hpp"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc != 3 || std::string_view{(*argv)[1]} != "--seeds") return 0;
  int number = 0;
  for (const std::string& seed : veery::fuzz::seeds()) {
    const std::string path = std::string{(*argv)[2]} + "/seed_" + std::to_string(number++);
    std::ofstream file{path, std::ios::binary};
    file.write(seed.data(), static_cast<std::streamsize>(seed.size()));
    if (!file.flush()) std::exit(1);
  }
  std::exit(0);
}
