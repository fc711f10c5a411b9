#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include <veery/outputs/output_tree.hpp>

namespace veery::output_name {

std::string unit_record(int unit) {
  std::array<char, 32> name{};
  const int length = std::snprintf(name.data(), name.size(), "/%05d.json", unit);
  return std::string{kUnits} + std::string{name.data(), static_cast<std::size_t>(length)};
}

std::string clip(const std::string& recording_path, double start_s, std::string_view extension, bool keep_extension) {
  const std::filesystem::path path{recording_path};
  // Two joints, so that "x.wav" with its extension and "x.wav.ogg" without don't meet in one name.
  const std::string stem = keep_extension ? path.filename().string() + "-t" : path.stem().string() + "_t";
  const long long ms = std::llround(start_s * 1000.0);
  std::array<char, 48> offset{};
  const int length = std::snprintf(offset.data(), offset.size(), "%05lld.%03lld", ms / 1000, ms % 1000);
  const std::string name = stem + std::string{offset.data(), static_cast<std::size_t>(length)} + std::string{extension};
  return (std::filesystem::path{kClips} / path.parent_path() / name).generic_string();
}

}  // namespace veery::output_name
