// Inputs at the edge of what makes sense, given to Perch as arrays.
//
// Not among them, for lack of a formula in the goldens: the chirps ("exactly 6 s, one chirp at 1 s", "6 s + 1
// sample…", "12 s, two chirps…", "6 chirps in 20 s", "6 chirps (1-2 kHz)… at its own rate"). Not possible here:
// 2-D arrays. Where Perch raises (no sample, or less than 70 ms), veery finds no peak.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "golden.hpp"
#include "shared_folder.hpp"
#include "support/closed_form_signals.hpp"
#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery::test {
namespace {

// Symmetric about a frame: two neighbouring columns of the transform are equal, and rounding decides.
constexpr const char* kEitherFrame = "unit impulse at 5 s, 10 s";

using Formula = std::function<double(std::uint64_t n)>;

const std::map<std::string, Formula>& formulas() {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  static const std::map<std::string, Formula> known{
      {"0.1*noise(1,n)", [](std::uint64_t n) { return 0.1 * noise(1, n); }},
      {"zeros 0.5 s (padded by wrap)", [](std::uint64_t) { return 0.0; }},
      {"DC 0.5, 10 s", [](std::uint64_t) { return 0.5; }},
      {kEitherFrame, [](std::uint64_t n) { return n == 160'000 ? 1.0 : 0.0; }},
      {"1e-6*noise(1), 10 s (all below the 1e-2 floor)", [](std::uint64_t n) { return 1e-6 * noise(1, n); }},
      {"1e-4*noise(1), 10 s", [](std::uint64_t n) { return 1e-4 * noise(1, n); }},
      {"one NaN", [=](std::uint64_t n) { return n == 160'000 ? kNaN : 0.1 * noise(1, n); }},
      {"one inf", [=](std::uint64_t n) { return n == 160'000 ? kInfinity : 0.1 * noise(1, n); }},
      {"int16 input 10 s rint(3277*noise)", [](std::uint64_t n) { return std::nearbyint(3277.0 * noise(1, n)); }},
  };
  return known;
}

std::vector<std::int64_t> peaks_of(const std::vector<float>& samples, int rate_hz, int most) {
  PeakOptions options = perch_slices(most).peaks;
  std::vector<std::int64_t> places;
  for (const Peak& peak : find_peaks(samples, rate_hz, options)) places.push_back(peak.sample);
  return places;
}

std::vector<Slice> slices_of(const std::vector<float>& samples, int most) {
  const TemporaryFolder folder;
  write_float_wav(folder / "case.wav", samples);
  std::vector<Slice> slices;
  const auto sink = [&](const Slice& slice, std::span<const float>) { slices.push_back(slice); };
  const auto account = slice_recording(folder / "case.wav", perch_stream(), perch_slices(most), sink);
  EXPECT_EQ(std::holds_alternative<Refusal>(account), samples.empty());
  return slices;
}

void check(const nlohmann::json& edge, const Formula& formula) {
  const auto count = edge.at("shape").at(0).get<std::int64_t>();
  const int most = edge.at("max");
  SCOPED_TRACE(edge.at("case").get<std::string>() + ", " + std::to_string(count) + " samples");
  const std::vector<float> samples = sampled(count, formula);
  std::vector<std::int64_t> peaks;
  if (edge.at("peaks").is_array()) peaks = edge.at("peaks").get<std::vector<std::int64_t>>();
  const std::vector<std::int64_t> found = peaks_of(samples, edge.at("sample_rate"), most);
  if (edge.at("case") == kEitherFrame) {
    ASSERT_EQ(found.size(), 1U);
    EXPECT_LE(std::abs(found.front() - peaks.front()), kRateHz / 100);
    return;
  }
  EXPECT_EQ(found, peaks);
  // Perch loses the whole clip to one NaN; a recording's are zero-filled and reported, tested with the slices.
  if (edge.at("case") == "one NaN" || edge.at("case") == "one inf") return;
  std::vector<Span> slices;
  if (edge.at("slices").is_array()) {
    for (const auto& row : edge.at("slices")) slices.push_back({row.at(0), row.at(1)});
  }
  expect_slices(slices_of(samples, most), slices, count);
}

class EdgeCases : public testing::TestWithParam<std::string> {};

TEST_P(EdgeCases, ArePerchs) {
  std::ifstream file{golden_peaks() / GetParam()};
  std::size_t checked = 0;
  for (const auto& edge : nlohmann::json::parse(file)) {
    const auto formula = formulas().find(edge.at("case").get<std::string>());
    if (formula == formulas().end()) continue;
    check(edge, formula->second);
    ++checked;
  }
  EXPECT_EQ(checked, 20U);
}

INSTANTIATE_TEST_SUITE_P(Perch, EdgeCases, testing::ValuesIn(with_shared({"edge_cases.json"})), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EdgeCases);

}  // namespace
}  // namespace veery::test
