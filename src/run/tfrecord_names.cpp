#include "run/tfrecord_names.hpp"

#include <fcntl.h>

#include <system_error>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

void rename_to_count(UnitRecord& record, int count) {
  const std::string before = record.tfrecord;
  record.tfrecord = with_shard_count(before, count);
  for (PublishedFile& file : record.files) {
    if (!file.path.ends_with("/" + before)) continue;
    file.path.replace(file.path.size() - before.size(), before.size(), record.tfrecord);
  }
}

void check(const std::error_code& failure, const fs::path& path) {
  if (failure) throw system_error("cannot rename or remove", path, failure.value());
}

}  // namespace

ShardCounts shard_counts(const std::vector<UnitRecord>& records) {
  ShardCounts counts;
  for (const UnitRecord& record : records) ++counts[record.split];
  return counts;
}

void rename_by_counts(UnitRecord& record, const ShardCounts& counts) {
  if (!record.tfrecord.empty()) rename_to_count(record, counts.at(record.split));
}

PresentTfrecords present_tfrecords(const fs::path& folder) {
  PresentTfrecords present;
  std::error_code failure;
  if (!fs::is_directory(fs::symlink_status(folder, failure))) return present;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (const auto name = parse_tfrecord_name(entry.path().filename().string()))
      present[name->without_count].insert(name->count);
  }
  return present;
}

void rename_by_present(UnitRecord& record, const PresentTfrecords& present) {
  const auto name = parse_tfrecord_name(record.tfrecord);
  if (!name) return;
  const auto found = present.find(name->without_count);
  if (found != present.end()) rename_to_count(record, *found->second.rbegin());
}

void settle_tfrecords(const fs::path& folder, const std::vector<UnitRecord>& records) {
  const PresentTfrecords present = present_tfrecords(folder);
  bool any = false;
  std::error_code failure;
  for (const UnitRecord& record : records) {
    const auto name = parse_tfrecord_name(record.tfrecord);
    const auto found = name ? present.find(name->without_count) : present.end();
    if (found == present.end()) continue;
    const int newest = *found->second.rbegin();
    for (const int count : found->second) {
      if (count == name->count && count == newest) continue;
      const fs::path file = folder / with_shard_count(record.tfrecord, count);
      if (count == newest) {
        fs::rename(file, folder / record.tfrecord, failure);
      } else {
        fs::remove(file, failure);
      }
      check(failure, file);
      any = true;
    }
  }
  if (any) FileDescriptor::open(folder, O_RDONLY | O_DIRECTORY).flush();
}

}  // namespace veery
