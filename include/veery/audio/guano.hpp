#pragma once
// GUANO, the metadata of bat and bird recorders: lines "key: value" in UTF-8, in a WAV's `guan` chunk.
// Source: guano-md.org, specification 1.0.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veery {

/// The fields of one file in their order, keys unique and case-sensitive ("Timestamp", "OAD|Battery").
class Guano {
 public:
  using Field = std::pair<std::string, std::string>;

  /// Takes any bytes: text that is not UTF-8 is read as Latin-1, a line without a key is left out, and of two
  /// fields with one key the first counts.
  [[nodiscard]] static Guano parse(std::string_view text);

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  /// As stored, that is with "\n" (two characters) for a line break; nullptr when there is no such field.
  [[nodiscard]] const std::string* find(std::string_view key) const;
  /// Replaces the field in its place or adds it behind the others. Line breaks in the value become "\n". A key
  /// that is empty or holds ':' or a line break is an Error.
  void set(std::string_view key, std::string_view value);

  /// One line a field, GUANO|Version before all others; empty when there are no fields.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Field> fields_;
};

}  // namespace veery
