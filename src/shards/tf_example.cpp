#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include <utility>

#include <veery/base/error.hpp>
#include <veery/shards/tf_example.hpp>

namespace veery {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;

constexpr protozero::pbf_tag_type kOnly = 1;  // of Example, Features and every list
constexpr protozero::pbf_tag_type kKey = 1;
constexpr protozero::pbf_tag_type kValue = 2;
constexpr protozero::pbf_tag_type kBytes = 1;
constexpr protozero::pbf_tag_type kFloats = 2;
constexpr protozero::pbf_tag_type kIntegers = 3;

/// Of a field with a tag below 16 and so many bytes.
std::size_t field_bytes(std::size_t bytes) {
  return 1 + static_cast<std::size_t>(protozero::length_of_varint(bytes)) + bytes;
}

/// Sizes are known beforehand, so that a row's audio is not moved once it is in its place.
void add_entry(std::string& features, std::string_view key, protozero::pbf_tag_type kind, std::string_view field,
               std::span<const std::byte> content) {
  const std::size_t list = field.size() + content.size();
  pbf_writer writer{features};
  pbf_writer entry{writer, kOnly, field_bytes(key.size()) + field_bytes(field_bytes(list))};
  entry.add_string(kKey, key.data(), key.size());
  pbf_writer feature{entry, kValue, field_bytes(list)};
  std::string head;
  protozero::add_varint_to_buffer(&head, (kind << 3U) | std::uint32_t{2});  // length-delimited
  protozero::add_varint_to_buffer(&head, list);
  features.append(head).append(field);
  features.append(reinterpret_cast<const char*>(content.data()), content.size());
}

/// Tag and length of a list's one field.
std::string field_head(std::size_t bytes) {
  std::string head(1, static_cast<char>((kOnly << 3U) | std::uint32_t{2}));
  protozero::add_varint_to_buffer(&head, bytes);
  return head;
}

}  // namespace

void TfExampleWriter::add_bytes(std::string_view key, std::span<const std::byte> value) {
  add_entry(features_, key, kBytes, field_head(value.size()), value);
}

void TfExampleWriter::add_text(std::string_view key, std::string_view value) {
  add_bytes(key, std::as_bytes(std::span{value}));
}

void TfExampleWriter::add_integer(std::string_view key, std::int64_t value) {
  add_integers(key, {&value, 1});
}

void TfExampleWriter::add_integers(std::string_view key, std::span<const std::int64_t> values) {
  std::string list;
  pbf_writer{list}.add_packed_int64(kOnly, values.begin(), values.end());
  add_entry(features_, key, kIntegers, list, {});
}

void TfExampleWriter::add_float(std::string_view key, float value) {
  std::string list;
  pbf_writer{list}.add_packed_float(kOnly, &value, &value + 1);
  add_entry(features_, key, kFloats, list, {});
}

const std::string& TfExampleWriter::message() {
  message_.clear();
  pbf_writer{message_}.add_message(kOnly, features_);
  return message_;
}

void TfExampleWriter::clear() {
  features_.clear();
}

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw Error{"not a tf.train.Example", "record", why};
}

pbf_reader message_in(pbf_reader& reader) {
  if (reader.wire_type() != pbf_wire_type::length_delimited) refuse("a field has another type");
  return reader.get_message();
}

std::string text_in(pbf_reader& reader) {
  if (reader.wire_type() != pbf_wire_type::length_delimited) refuse("a field has another type");
  return reader.get_string();
}

std::vector<float> floats_in(pbf_reader list) {
  std::vector<float> values;
  while (list.next(kOnly)) {
    if (list.wire_type() == pbf_wire_type::fixed32) {
      values.push_back(list.get_float());
    } else if (list.wire_type() == pbf_wire_type::length_delimited) {
      const auto packed = list.get_packed_float();
      values.insert(values.end(), packed.begin(), packed.end());
    } else {
      refuse("a list of floats holds something else");
    }
  }
  return values;
}

std::vector<std::int64_t> integers_in(pbf_reader list) {
  std::vector<std::int64_t> values;
  while (list.next(kOnly)) {
    if (list.wire_type() == pbf_wire_type::varint) {
      values.push_back(list.get_int64());
    } else if (list.wire_type() == pbf_wire_type::length_delimited) {
      const auto packed = list.get_packed_int64();
      values.insert(values.end(), packed.begin(), packed.end());
    } else {
      refuse("a list of integers holds something else");
    }
  }
  return values;
}

TfList list_in(pbf_reader feature) {
  TfList list;
  while (feature.next()) {
    if (feature.tag() == kFloats) {
      list = floats_in(message_in(feature));
    } else if (feature.tag() == kIntegers) {
      list = integers_in(message_in(feature));
    } else if (feature.tag() == kBytes) {
      std::vector<std::string> texts;
      for (pbf_reader texts_in = message_in(feature); texts_in.next(kOnly);) texts.push_back(text_in(texts_in));
      list = std::move(texts);
    } else {
      feature.skip();
    }
  }
  return list;
}

void read_entry(pbf_reader entry, TfFeatures& features) {
  std::string key;
  TfList list;
  while (entry.next()) {
    if (entry.tag() == kKey) {
      key = text_in(entry);
    } else if (entry.tag() == kValue) {
      list = list_in(message_in(entry));
    } else {
      entry.skip();
    }
  }
  features.insert_or_assign(std::move(key), std::move(list));
}

}  // namespace

TfFeatures parse_tf_example(std::string_view message) {
  TfFeatures features;
  try {
    for (pbf_reader example{message.data(), message.size()}; example.next(kOnly);) {
      for (pbf_reader entries = message_in(example); entries.next(kOnly);) read_entry(message_in(entries), features);
    }
  } catch (const protozero::exception& problem) {
    refuse(problem.what());
  }
  return features;
}

}  // namespace veery
