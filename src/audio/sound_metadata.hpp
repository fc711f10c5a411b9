#pragma once
// The metadata of a file that libsndfile has open.
#include <sndfile.h>

#include <array>
#include <span>

#include <veery/audio/audio_metadata.hpp>

namespace veery {

inline constexpr std::array kAllChunks{"bext", "iXML", "wamd"};
inline constexpr std::array kTimeChunks{"bext", "wamd"};

/// `chunks`: which to read. Leaves the place where the next frames are read.
[[nodiscard]] AudioMetadata collect_metadata(SNDFILE* file, std::span<const char* const> chunks);

}  // namespace veery
