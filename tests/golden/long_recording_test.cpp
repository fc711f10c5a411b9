// One hour: a minute repeated 60 times. Equal energies a minute apart have to come in Perch's order, at
// positions that Perch's float32 arithmetic has moved by up to 8 samples.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "golden.hpp"
#include "shared_folder.hpp"
#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery::test {
namespace {

constexpr std::int64_t kMinute = 1'920'000;

/// The samples behind a 44-byte header.
std::vector<std::int16_t> first_minute(const std::filesystem::path& path) {
  std::vector<std::int16_t> samples(kMinute);
  std::ifstream file{path, std::ios::binary};
  file.seekg(44);
  file.read(reinterpret_cast<char*>(samples.data()), 2 * kMinute);
  EXPECT_TRUE(file) << path;
  return samples;
}

class Hour : public testing::TestWithParam<std::string> {};

TEST_P(Hour, PeaksAndSlicesArePerchs) {
  const TemporaryFolder folder;
  const std::vector<std::int16_t> minute = first_minute(shared_folder() / "audio" / (GetParam() + ".wav"));
  WavFile hour{folder / "hour.wav", WavFile::Kind::pcm16, kRateHz, 60 * kMinute};
  for (int i = 0; i < 60; ++i) hour.append(std::span<const std::int16_t>{minute});

  const Golden golden = read_golden(golden_peaks() / "long" / (GetParam() + "_x60.wav.json"));
  const Found found = analyse(folder / "hour.wav");

  expect_same_places(found, golden);
  expect_same_energies(found, golden);
}

INSTANTIATE_TEST_SUITE_P(Perch, Hour, testing::ValuesIn(with_shared({"opensoundscape__1min"})), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Hour);

}  // namespace
}  // namespace veery::test
