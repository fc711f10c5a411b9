#include "separation/sorted_table.hpp"

#include <leveldb/env.h>
#include <leveldb/iterator.h>
#include <leveldb/options.h>
#include <leveldb/table.h>

#include <algorithm>
#include <memory>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>

namespace veery::separation {
namespace {

// The largest published index has 18 kB; one of a million variables would fit.
constexpr std::uintmax_t kMostIndexBytes = 256U << 20U;

class FileInMemory : public leveldb::RandomAccessFile {
 public:
  explicit FileInMemory(const std::string& bytes) : bytes_(bytes) {}

  leveldb::Status Read(std::uint64_t offset, std::size_t size, leveldb::Slice* result,
                       char* /*scratch*/) const override {
    const std::size_t begin = std::min<std::size_t>(offset, bytes_.size());
    *result = {bytes_.data() + begin, std::min(size, bytes_.size() - begin)};
    return leveldb::Status::OK();
  }

 private:
  const std::string& bytes_;
};

std::string read_index(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kMostIndexBytes) {
    throw Error{"the index of a TensorFlow checkpoint is implausibly large", path.string()};
  }
  return read_text(path);
}

void expect_ok(const leveldb::Status& status, const std::filesystem::path& path) {
  if (!status.ok()) {
    throw Error{"the index of a TensorFlow checkpoint is damaged", path.string(), printable(status.ToString())};
  }
}

}  // namespace

std::vector<TableEntry> read_sorted_table(const std::filesystem::path& path) {
  const std::string bytes = read_index(path);
  check_table_lengths(bytes, path);
  leveldb::Options options;
  options.paranoid_checks = true;
  const FileInMemory file{bytes};
  leveldb::Table* opened = nullptr;
  // LevelDB takes a pointer to a non-const file, and reads it only.
  expect_ok(leveldb::Table::Open(options, &const_cast<FileInMemory&>(file), bytes.size(), &opened), path);  // NOLINT
  const std::unique_ptr<leveldb::Table> table{opened};
  leveldb::ReadOptions checked;
  checked.verify_checksums = true;
  const std::unique_ptr<leveldb::Iterator> entry{table->NewIterator(checked)};
  std::vector<TableEntry> entries;
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    std::string key = entry->key().ToString();
    if (!entries.empty() && key <= entries.back().first) {
      throw Error{"the index of a TensorFlow checkpoint is out of order", path.string(), printable(key)};
    }
    entries.emplace_back(std::move(key), entry->value().ToString());
  }
  expect_ok(entry->status(), path);
  return entries;
}

}  // namespace veery::separation
