#pragma once
// For readers that want a path: the input as a file, which the next input replaces.
#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

namespace veery::fuzz {

inline const std::filesystem::path& folder() {
  static const test::TemporaryFolder made;
  return made.path();
}

inline std::filesystem::path input_file(const std::string& name, const std::string& bytes) {
  const std::filesystem::path path = folder() / name;
  std::ofstream{path, std::ios::binary}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

}  // namespace veery::fuzz
