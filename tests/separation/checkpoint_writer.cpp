#include "separation/checkpoint_writer.hpp"

#include <leveldb/env.h>
#include <leveldb/options.h>
#include <leveldb/table_builder.h>
#include <protozero/pbf_writer.hpp>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>

#include <veery/base/crc32c.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/separation/tf_checkpoint.hpp>

namespace veery::test {
namespace {

std::uint32_t masked_crc(const std::string& bytes) {
  return mask_crc(crc32c(std::as_bytes(std::span{bytes})));
}

std::string entry_record(const Variable& variable, std::uint64_t offset, const std::string& bytes) {
  std::string shape;
  for (const std::int64_t size : variable.shape) {
    std::string axis;
    protozero::pbf_writer{axis}.add_int64(1, size);
    protozero::pbf_writer{shape}.add_message(2, axis);
  }
  std::string record;
  protozero::pbf_writer entry{record};
  entry.add_int32(1, 1);
  entry.add_message(2, shape);
  entry.add_uint64(4, offset);
  entry.add_uint64(5, bytes.size());
  entry.add_fixed32(6, masked_crc(bytes));
  return record;
}

void expect_ok(const leveldb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

/// Where the data block ends; the footer says where the (empty) metaindex behind it begins.
std::size_t data_block_end(const std::string& index) {
  std::size_t metaindex = 0;
  std::size_t at = index.size() - 48;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(index.at(at++));
    metaindex |= static_cast<std::size_t>(byte & 0x7FU) << shift;
    if (byte < 0x80U) break;
  }
  return metaindex - 5;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& prefix, std::vector<Variable> variables) {
  std::sort(variables.begin(), variables.end(),
            [](const Variable& one, const Variable& other) { return one.name < other.name; });
  leveldb::WritableFile* opened = nullptr;
  expect_ok(leveldb::Env::Default()->NewWritableFile(prefix.string() + ".index", &opened));
  const std::unique_ptr<leveldb::WritableFile> file{opened};
  leveldb::Options options;
  options.compression = leveldb::kNoCompression;
  options.block_size = 256U << 10U;
  leveldb::TableBuilder table{options, file.get()};
  table.Add("", std::string{"\x08\x01\x1a\x02\x08\x01", 6});
  std::string data;
  for (const Variable& variable : variables) {
    std::string bytes(variable.values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), variable.values.data(), bytes.size());
    table.Add(variable.name, entry_record(variable, data.size(), bytes));
    data += bytes;
  }
  expect_ok(table.Finish());
  expect_ok(file->Close());
  write_bytes(prefix.string() + ".data-00000-of-00001", data);
}

std::vector<Variable> read_variables(const std::filesystem::path& prefix) {
  const TfCheckpoint checkpoint = TfCheckpoint::open(prefix);
  std::vector<Variable> variables;
  for (const TfVariable& variable : checkpoint.variables()) {
    const at::Tensor values = checkpoint.read(variable);
    const auto* first = values.const_data_ptr<float>();
    variables.push_back({variable.name, variable.shape, {first, first + values.numel()}});
  }
  return variables;
}

std::string bytes_of(const std::filesystem::path& path) {
  return read_text(path);
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary}.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string data_block(const std::string& index) {
  return index.substr(0, data_block_end(index));
}

std::string with_data_block(const std::string& index, const std::string& payload) {
  if (payload.size() != data_block_end(index)) throw std::logic_error("a data block of another size");
  const std::string checked = payload + '\0';
  const std::uint32_t crc = masked_crc(checked);
  std::string changed = checked;
  for (unsigned shift = 0; shift < 32; shift += 8) changed += static_cast<char>(crc >> shift & 0xFFU);
  return changed + index.substr(changed.size());
}

}  // namespace veery::test
