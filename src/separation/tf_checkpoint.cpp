#include <ATen/Functions.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include <veery/base/crc32c.hpp>
#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/text.hpp>
#include <veery/separation/tf_checkpoint.hpp>

#include "separation/sorted_table.hpp"
#include "separation/tf_entries.hpp"

namespace veery {
namespace {

constexpr const char* kIndex = ".index";

std::filesystem::path only_index_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    if (entry.path().extension() == kIndex) found.push_back(entry.path());
  }
  if (error) throw Error{"can't list the folder of a checkpoint", folder.string(), error.message()};
  if (found.size() == 1) return found[0];
  throw Error{found.empty() ? "the folder holds no TensorFlow checkpoint" : "the folder holds several checkpoints",
              folder.string(), "name one by its .index file"};
}

std::filesystem::path prefix_of(std::filesystem::path path) {
  if (std::filesystem::is_directory(path)) path = only_index_in(path);
  if (path.extension() == kIndex) path.replace_extension();
  return path;
}

std::filesystem::path with_ending(const std::filesystem::path& prefix, const std::string& ending) {
  return prefix.parent_path() / (prefix.filename().string() + ending);
}

}  // namespace

TfCheckpoint TfCheckpoint::open(const std::filesystem::path& path) {
  TfCheckpoint checkpoint;
  checkpoint.prefix_ = prefix_of(path);
  const std::filesystem::path index = with_ending(checkpoint.prefix_, kIndex);
  const std::vector<separation::TableEntry> entries = separation::read_sorted_table(index);
  if (entries.empty() || !entries[0].first.empty()) {
    throw Error{"the index of a TensorFlow checkpoint has no header", index.string()};
  }
  checkpoint.shards_ = separation::parse_header(entries[0].second);
  for (std::size_t i = 1; i < entries.size(); ++i) {
    // Names that begin with a zero byte are those of slices of partitioned variables.
    if (entries[i].first[0] == '\0') continue;
    checkpoint.variables_.push_back(separation::parse_variable(entries[i].first, entries[i].second));
    if (checkpoint.variables_.back().shard >= checkpoint.shards_) {
      throw Error{"the checkpoint's variable " + printable(entries[i].first) + " is in no data file", index.string()};
    }
  }
  return checkpoint;
}

const TfVariable* TfCheckpoint::find(const std::string& name) const {
  const auto found =
      std::lower_bound(variables_.begin(), variables_.end(), name,
                       [](const TfVariable& variable, const std::string& wanted) { return variable.name < wanted; });
  return found != variables_.end() && found->name == name ? &*found : nullptr;
}

std::filesystem::path TfCheckpoint::data_file(std::int64_t shard) const {
  std::array<char, 64> ending{};
  std::snprintf(ending.data(), ending.size(), ".data-%05lld-of-%05lld", static_cast<long long>(shard),
                static_cast<long long>(shards_));
  return with_ending(prefix_, ending.data());
}

std::vector<std::filesystem::path> TfCheckpoint::files() const {
  std::vector<std::filesystem::path> files{with_ending(prefix_, kIndex)};
  for (std::int64_t shard = 0; shard < shards_; ++shard) files.push_back(data_file(shard));
  return files;
}

at::Tensor TfCheckpoint::read(const TfVariable& variable) const {
  const std::string what = "the checkpoint's variable " + printable(variable.name) + " can't be read";
  separation::ElementFormat format;
  if (variable.is_partitioned) throw Error{what, "it is stored in slices", "save it whole"};
  if (!separation::find_format(variable.dtype, format)) {
    throw Error{what, "its element type is TensorFlow's number " + std::to_string(variable.dtype)};
  }
  const std::filesystem::path path = data_file(variable.shard);
  const FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  const std::int64_t size = file.size();
  if (variable.offset > size || variable.bytes > size - variable.offset) {
    throw Error{what, path.string(), "the file is cut short: copy it again"};
  }
  at::Tensor values = at::empty(variable.shape, at::TensorOptions{}.dtype(format.type));
  const std::span<std::byte> bytes{static_cast<std::byte*>(values.mutable_data_ptr()),
                                   static_cast<std::size_t>(variable.bytes)};
  if (file.read_at(variable.offset, bytes) != bytes.size() || mask_crc(crc32c(bytes)) != variable.masked_crc32c) {
    throw Error{what, path.string(), "its checksum does not match: copy the file again"};
  }
  // Any other byte is undefined behaviour in whoever looks at it.
  if (format.type == at::kBool) {
    for (std::byte& byte : bytes) byte = byte == std::byte{0} ? byte : std::byte{1};
  }
  return values;
}

}  // namespace veery
