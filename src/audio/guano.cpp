#include <algorithm>

#include <veery/audio/guano.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

#include "audio/plain_text.hpp"

namespace veery {
namespace {

constexpr std::string_view kVersionKey = "GUANO|Version";

/// GUANO's way to write a line break inside a value.
std::string escape_line_breaks(std::string_view value) {
  std::string escaped;
  escaped.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\r' && i + 1 < value.size() && value[i + 1] == '\n') continue;
    if (value[i] == '\n' || value[i] == '\r') {
      escaped += "\\n";
    } else {
      escaped += value[i];
    }
  }
  return escaped;
}

void append_line(std::string& text, const Guano::Field& field) {
  text += field.first + ": " + field.second + "\n";
}

}  // namespace

Guano Guano::parse(std::string_view text) {
  const std::string plain = plain_text(text);
  Guano guano;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t end = std::min(plain.find('\n', at), plain.size());
    const std::string_view line = std::string_view{plain}.substr(at, end - at);
    const std::size_t colon = line.find(':');
    const std::string_view key = trim(line.substr(0, colon));
    if (colon != std::string_view::npos && !key.empty() && guano.find(key) == nullptr) {
      guano.set(key, line.substr(colon + 1));
    }
    at = end + 1;
  }
  return guano;
}

const std::string* Guano::find(std::string_view key) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.first == key; });
  return found == fields_.end() ? nullptr : &found->second;
}

void Guano::set(std::string_view key, std::string_view value) {
  if (key.empty() || key.find_first_of(":\n") != std::string_view::npos) {
    throw Error{"not a key of GUANO metadata", printable(key), "a key is a text without ':' and line breaks"};
  }
  const std::string plain = plain_text(value);
  std::string stored = escape_line_breaks(trim(plain));
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.first == key; });
  if (found == fields_.end()) {
    fields_.emplace_back(key, std::move(stored));
  } else {
    found->second = std::move(stored);
  }
}

std::string Guano::text() const {
  if (fields_.empty()) return {};
  std::string text;
  const std::string* version = find(kVersionKey);
  append_line(text, {std::string{kVersionKey}, version == nullptr ? "1.0" : *version});
  for (const Field& field : fields_) {
    if (field.first != kVersionKey) append_line(text, field);
  }
  return text;
}

}  // namespace veery
