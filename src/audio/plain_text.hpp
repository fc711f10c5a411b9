#pragma once
// Texts out of foreign files, made fit for every file format written here.
#include <cstddef>
#include <string>
#include <string_view>

namespace veery {

/// UTF-8 without zero bytes (now spaces) and without U+FFFE and U+FFFF (now U+FFFD), which FLAC refuses. Bytes that
/// are not UTF-8 are taken for Latin-1.
[[nodiscard]] std::string plain_text(std::string_view bytes);

/// Without spaces, tabs and line breaks at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// At most `bytes` of UTF-8, cut between characters.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t bytes);

}  // namespace veery
