#include "hdf5/element_type.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <veery/base/error.hpp>

namespace veery::hdf5 {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are stored and hashed as they lie in memory");

struct Number {
  ElementKind kind;
  std::size_t bytes;
  const char* name;
};

constexpr std::array<Number, 7> kNumbers{{{ElementKind::uint8, 1, "uint8"},
                                          {ElementKind::int16, 2, "int16"},
                                          {ElementKind::int32, 4, "int32"},
                                          {ElementKind::int64, 8, "int64"},
                                          {ElementKind::uint64, 8, "uint64"},
                                          {ElementKind::float32, 4, "float32"},
                                          {ElementKind::float64, 8, "float64"}}};

const Number& find_number(ElementKind kind) {
  const auto* found = std::find_if(kNumbers.begin(), kNumbers.end(), [&](const Number& n) { return n.kind == kind; });
  if (found == kNumbers.end()) throw Error{"text is not a number", "HDF5 element type"};
  return *found;
}

// HDF5's type names are calls, not constants.
hid_t stored_number(ElementKind kind) {
  switch (kind) {
    case ElementKind::uint8:
      return H5T_STD_U8LE;
    case ElementKind::int16:
      return H5T_STD_I16LE;
    case ElementKind::int32:
      return H5T_STD_I32LE;
    case ElementKind::int64:
      return H5T_STD_I64LE;
    case ElementKind::uint64:
      return H5T_STD_U64LE;
    case ElementKind::float32:
      return H5T_IEEE_F32LE;
    case ElementKind::float64:
      return H5T_IEEE_F64LE;
    case ElementKind::text:
      break;
  }
  return H5T_C_S1;
}

}  // namespace

ElementType ElementType::number(ElementKind kind) {
  return {kind, find_number(kind).bytes};
}

ElementType ElementType::text(std::size_t bytes) {
  return {ElementKind::text, std::max<std::size_t>(bytes, 1)};
}

std::string to_string(const ElementType& type) {
  if (type.kind == ElementKind::text) return "text[" + std::to_string(type.bytes) + "]";
  return find_number(type.kind).name;
}

Handle native_type(const ElementType& type) {
  Handle native = call::copy_type(stored_number(type.kind));
  if (type.kind == ElementKind::text) call::make_text(native, type.bytes);
  return native;
}

ElementType element_type_of_dataset(hid_t dataset) {
  const Handle stored = call::dataset_type(dataset);
  for (const Number& number : kNumbers) {
    if (call::same_type(stored, native_type({number.kind, number.bytes}))) return {number.kind, number.bytes};
  }
  const ElementType text = ElementType::text(call::type_bytes(stored));
  if (call::same_type(stored, native_type(text))) return text;
  throw Error{"a dataset has elements of an unexpected type", call::object_name(dataset)};
}

}  // namespace veery::hdf5
