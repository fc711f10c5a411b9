#pragma once
// What an AIFF or AIFF-C header promises, which a cut file does not hold.
#include <cstdint>
#include <optional>

#include <veery/base/file_descriptor.hpp>

namespace veery {

/// The frames of its chunk `COMM`; none when the file is not of this family or has no such chunk. Throws SystemError.
[[nodiscard]] std::optional<std::int64_t> read_aiff_frames(const FileDescriptor& file);

}  // namespace veery
