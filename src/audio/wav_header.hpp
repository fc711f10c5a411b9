#pragma once
// What a RIFF/WAVE, RF64 or Wave64 header promises. libsndfile silently shortens a cut file to what is
// there; the promise is needed to say how much is missing.
#include <cstdint>
#include <optional>

#include <veery/base/file_descriptor.hpp>

namespace veery {

struct WavHeader {
  int channels = 0;
  std::int64_t sample_rate_hz = 0;
  int bytes_per_frame = 0;
  std::optional<std::int64_t> data_bytes;  ///< none when unknown (streamed: 0 or 0xFFFFFFFF)
};

/// None when the file is not of this family or its `fmt ` chunk is missing. Throws SystemError.
[[nodiscard]] std::optional<WavHeader> read_wav_header(const FileDescriptor& file);

}  // namespace veery
