#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <span>

#include <veery/base/digest.hpp>
#include <veery/outputs/output_tree.hpp>

namespace veery::output_name {
namespace {

/// File systems allow 255 bytes a name, of which a file under construction needs eight more than its final name.
constexpr std::size_t kLongestName = 255 - 8;

/// Cuts `stem` at a whole character so that it leaves `room` bytes, with a hash of `path` in place of what went.
std::string shorten(std::string stem, std::size_t room, const std::string& path) {
  if (stem.size() <= room) return stem;
  const std::string mark = "~" + hex64(xxh3_64(std::as_bytes(std::span{path})));
  std::size_t end = room - mark.size();
  while (end > 0 && (static_cast<unsigned char>(stem[end]) & 0xC0U) == 0x80U) --end;
  stem.resize(end);
  return stem + mark;
}

/// The recording's place in the mirrored tree below `folder`, its name joined with `tail`.
std::string beside(std::string_view folder, const std::string& recording_path, const std::string& tail,
                   bool keep_extension) {
  const std::filesystem::path path{recording_path};
  // Two joints, so that "x.wav" with its extension and "x.wav.ogg" without don't meet in one name.
  const std::string end = (keep_extension ? "-" : "_") + tail;
  const std::string stem = keep_extension ? path.filename().string() : path.stem().string();
  const std::string name = shorten(stem, kLongestName - end.size(), recording_path) + end;
  return (std::filesystem::path{folder} / path.parent_path() / name).generic_string();
}

}  // namespace

std::string marks(int rank) {
  return std::string{kStarted} + "/" + std::to_string(rank) + ".marks";
}

std::string unit_record(int unit) {
  std::array<char, 32> name{};
  const int length = std::snprintf(name.data(), name.size(), "/%05d.json", unit);
  return std::string{kUnits} + std::string{name.data(), static_cast<std::size_t>(length)};
}

std::string clip(const std::string& recording_path, double start_s, std::string_view extension, bool keep_extension,
                 int earlier) {
  const long long ms = std::llround(start_s * 1000.0);
  std::array<char, 48> offset{};
  const int length = std::snprintf(offset.data(), offset.size(), "t%05lld.%03lld", ms / 1000, ms % 1000);
  const std::string number = earlier == 0 ? "" : "-" + std::to_string(earlier + 1);
  const std::string tail =
      std::string{offset.data(), static_cast<std::size_t>(length)} + number + std::string{extension};
  return beside(kClips, recording_path, tail, keep_extension);
}

std::string stem(const std::string& recording_path, int source, std::string_view extension, bool keep_extension) {
  const std::string tail = "source" + std::to_string(source) + std::string{extension};
  return beside(kStems, recording_path, tail, keep_extension);
}

std::string stem_set(const std::string& recording_path, bool keep_extension) {
  return beside(kStems, recording_path, "sources.h5", keep_extension);
}

std::string seams(const std::string& recording_path, bool keep_extension) {
  return beside(kStems, recording_path, "seams.csv", keep_extension);
}

}  // namespace veery::output_name
