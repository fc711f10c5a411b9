#include "separation/tf_entries.hpp"

#include <c10/core/ScalarType.h>
#include <protozero/pbf_reader.hpp>

#include <map>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

namespace veery::separation {
namespace {

constexpr std::int64_t kMostShards = 99999;
// Far beyond any variable, and small enough that a product with any element's size does not overflow.
constexpr std::int64_t kMostElements = std::int64_t{1} << 40;

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error{"the checkpoint's variable " + printable(name) + " can't be read", why,
              "the checkpoint is damaged: copy it again"};
}

std::int64_t number(protozero::pbf_reader& reader) {
  if (reader.wire_type() != protozero::pbf_wire_type::varint) throw protozero::invalid_tag_exception{};
  return static_cast<std::int64_t>(reader.get_uint64());
}

std::vector<std::int64_t> parse_shape(protozero::pbf_reader shape, const std::string& name) {
  std::vector<std::int64_t> sizes;
  while (shape.next()) {
    if (shape.tag() == 3) refuse(name, "its shape is unknown");
    if (shape.tag() != 2 || shape.wire_type() != protozero::pbf_wire_type::length_delimited) {
      shape.skip();
      continue;
    }
    std::int64_t size = 0;
    for (protozero::pbf_reader axis = shape.get_message(); axis.next();) {
      if (axis.tag() == 1) {
        size = number(axis);
      } else {
        axis.skip();
      }
    }
    sizes.push_back(size);
    if (size < 0 || size > kMostElements || sizes.size() > 16) refuse(name, "its shape is impossible");
  }
  return sizes;
}

void parse_field(protozero::pbf_reader& field, TfVariable& variable) {
  switch (field.tag()) {
    case 1:
      variable.dtype = static_cast<int>(number(field));
      return;
    case 2:
      if (field.wire_type() != protozero::pbf_wire_type::length_delimited) refuse(variable.name, "it has no shape");
      variable.shape = parse_shape(field.get_message(), variable.name);
      return;
    case 3:
      variable.shard = number(field);
      return;
    case 4:
      variable.offset = number(field);
      return;
    case 5:
      variable.bytes = number(field);
      return;
    case 6:
      if (field.wire_type() != protozero::pbf_wire_type::fixed32) refuse(variable.name, "it has no checksum");
      variable.masked_crc32c = field.get_fixed32();
      return;
    case 7:
      variable.is_partitioned = true;
      field.skip();
      return;
    default:
      field.skip();
  }
}

void check_size(const TfVariable& variable) {
  std::int64_t elements = 1;
  for (const std::int64_t size : variable.shape) {
    if (size != 0 && elements > kMostElements / size) refuse(variable.name, "it is implausibly large");
    elements *= size;
  }
  ElementFormat format;
  if (!variable.is_partitioned && find_format(variable.dtype, format) && elements * format.bytes != variable.bytes) {
    refuse(variable.name, "its shape does not fit its " + std::to_string(variable.bytes) + " bytes");
  }
}

}  // namespace

std::int64_t parse_header(const std::string& record) {
  std::int64_t shards = 0;
  try {
    for (protozero::pbf_reader header{record}; header.next();) {
      if (header.tag() == 1) {
        shards = number(header);
      } else if (header.tag() == 2) {
        if (number(header) != 0) throw Error{"the checkpoint is big-endian", "its header"};
      } else {
        header.skip();
      }
    }
  } catch (const protozero::exception& error) {
    throw Error{"the checkpoint's header is damaged", error.what()};
  }
  if (shards < 1 || shards > kMostShards) {
    throw Error{"the checkpoint's header is damaged", std::to_string(shards) + " data files"};
  }
  return shards;
}

TfVariable parse_variable(const std::string& name, const std::string& record) {
  TfVariable variable;
  variable.name = name;
  try {
    for (protozero::pbf_reader entry{record}; entry.next();) parse_field(entry, variable);
  } catch (const protozero::exception& error) {
    refuse(name, error.what());
  }
  if (variable.shard < 0 || variable.offset < 0 || variable.bytes < 0) refuse(name, "its place is impossible");
  check_size(variable);
  return variable;
}

bool find_format(int dtype, ElementFormat& format) {
  static const std::map<int, ElementFormat> formats{
      {1, {at::kFloat, 4}}, {2, {at::kDouble, 8}},    {3, {at::kInt, 4}},          {4, {at::kByte, 1}},
      {5, {at::kShort, 2}}, {6, {at::kChar, 1}},      {8, {at::kComplexFloat, 8}}, {9, {at::kLong, 8}},
      {10, {at::kBool, 1}}, {14, {at::kBFloat16, 2}}, {19, {at::kHalf, 2}}};
  const auto found = formats.find(dtype);
  if (found != formats.end()) format = found->second;
  return found != formats.end();
}

}  // namespace veery::separation
