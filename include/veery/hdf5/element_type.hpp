#pragma once
// What one element of a dataset is: a little-endian number, or UTF-8 text in a fixed number of bytes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace veery::hdf5 {

enum class ElementKind { uint8, int16, int32, int64, uint64, float32, float64, text };

struct ElementType {
  ElementKind kind = ElementKind::uint8;
  std::size_t bytes = 1;

  [[nodiscard]] static ElementType number(ElementKind kind);
  /// Text padded with zero bytes; `bytes` is the longest text that fits (at least 1).
  [[nodiscard]] static ElementType text(std::size_t bytes);

  friend bool operator==(const ElementType&, const ElementType&) = default;
};

/// As people write it: int16, float32, text[64].
[[nodiscard]] std::string to_string(const ElementType& type);

/// The element type of a C++ number.
template <typename Number>
[[nodiscard]] ElementType element_type_of() {
  if constexpr (std::is_same_v<Number, std::uint8_t>) {
    return ElementType::number(ElementKind::uint8);
  } else if constexpr (std::is_same_v<Number, std::int16_t>) {
    return ElementType::number(ElementKind::int16);
  } else if constexpr (std::is_same_v<Number, std::int32_t>) {
    return ElementType::number(ElementKind::int32);
  } else if constexpr (std::is_same_v<Number, std::int64_t>) {
    return ElementType::number(ElementKind::int64);
  } else if constexpr (std::is_same_v<Number, std::uint64_t>) {
    return ElementType::number(ElementKind::uint64);
  } else if constexpr (std::is_same_v<Number, float>) {
    return ElementType::number(ElementKind::float32);
  } else {
    static_assert(std::is_same_v<Number, double>, "no element type for this number");
    return ElementType::number(ElementKind::float64);
  }
}

}  // namespace veery::hdf5
