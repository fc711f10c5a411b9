#include <algorithm>
#include <cstdint>

#include <veery/base/text.hpp>

namespace veery {
namespace {

/// Bytes of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 when it is malformed.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(i < text.size() ? text[i] : 0); };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(at + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const std::uint8_t next = byte(at + 1);
    const bool overlong = lead == 0xE0 && next < 0xA0;
    const bool surrogate = lead == 0xED && next > 0x9F;
    return follows(at + 1) && follows(at + 2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const std::uint8_t next = byte(at + 1);
    const bool out_of_range = (lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next > 0x8F);
    return follows(at + 1) && follows(at + 2) && follows(at + 3) && !out_of_range ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& text, char character) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(character);
  text += "\\x";
  text += kDigits[byte >> 4U];
  text += kDigits[byte & 15U];
}

/// C0, DEL, and C1 controls (U+0080…U+009F are two bytes, C2 80…9F).
bool is_control(std::string_view sequence) {
  const auto first = static_cast<std::uint8_t>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<std::uint8_t>(sequence[1]) < 0xA0;
}

bool is_plain(char character) {
  return character >= ' ' && character <= '~';
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string printable(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string{text};  // as nearly all names are
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const std::string_view sequence = text.substr(at, length == 0 ? 1 : length);
    if (length == 0 || is_control(sequence)) {
      for (const char character : sequence) append_escaped(shown, character);
    } else {
      shown += sequence;
    }
    at += sequence.size();
  }
  return shown;
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string all;
  for (std::size_t i = 0; i < texts.size(); ++i) all.append(i == 0 ? "" : separator).append(texts[i]);
  return all;
}

std::string single_spaced(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";
  std::string spaced;
  for (std::size_t at = text.find_first_not_of(kWhiteSpace); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kWhiteSpace, at), text.size());
    spaced.append(spaced.empty() ? "" : " ").append(text.substr(at, end - at));
    at = text.find_first_not_of(kWhiteSpace, end);
  }
  return spaced;
}

std::string lower_case(std::string_view text) {
  std::string lowered{text};
  for (char& character : lowered) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return lowered;
}

}  // namespace veery
