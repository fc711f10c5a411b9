#pragma once
// The folder `shared` beside the project: real recordings and what Perch found in them. A checkout without it
// runs the tests on closed-form signals alone.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace veery::test {

inline std::filesystem::path shared_folder() {
  return VEERY_TEST_SHARED_DIR;
}

inline std::filesystem::path golden_peaks() {
  return shared_folder() / "golden" / "peaks";
}

/// Parameters of tests that need the folder: none where it is missing.
inline std::vector<std::string> with_shared(std::vector<std::string> parameters) {
  return std::filesystem::is_directory(golden_peaks()) ? std::move(parameters) : std::vector<std::string>{};
}

/// A file's name without what GoogleTest does not allow in a name.
inline std::string case_name(const testing::TestParamInfo<std::string>& test) {
  std::string name = test.param;
  std::erase_if(name, [](unsigned char letter) { return letter != '_' && std::isalnum(letter) == 0; });
  return name;
}

}  // namespace veery::test
