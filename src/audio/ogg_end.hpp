#pragma once
// Whether an Ogg file is whole. libsndfile reads a cut one to its last whole page, as if it ended there.
#include <veery/base/file_descriptor.hpp>

namespace veery {

/// Whether a file of Ogg pages lacks the one that ends its stream. Reads its last 128 KiB. Throws SystemError.
[[nodiscard]] bool lacks_ogg_end(const FileDescriptor& file);

}  // namespace veery
