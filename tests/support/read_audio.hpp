#pragma once
// A whole mono audio file.
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include <veery/audio/audio_file.hpp>

namespace veery::test {

/// Throws std::runtime_error for a file that is refused, has several channels or breaks off.
inline std::vector<float> read_audio(const std::filesystem::path& path) {
  auto opened = AudioReader::open(path);
  if (const auto* refusal = std::get_if<Refusal>(&opened)) throw std::runtime_error(refusal->detail);
  auto& reader = std::get<AudioReader>(opened);
  if (reader.info().channels != 1) throw std::runtime_error("not mono: " + path.string());
  std::vector<float> all;
  std::vector<float> piece(10'000);
  while (const auto count = reader.read(piece)) all.insert(all.end(), piece.begin(), piece.begin() + count);
  const auto promised = static_cast<std::size_t>(reader.info().frames);
  if (!reader.complaint().empty() || all.size() != promised) throw std::runtime_error("cut: " + path.string());
  return all;
}

}  // namespace veery::test
