#include "run/earlier_files.hpp"

#include <array>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/shards/shard_place.hpp>

#include "run/tfrecord_names.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

void remove_file(const fs::path& path) {
  std::error_code failure;
  fs::remove(path, failure);
  if (failure) throw system_error("cannot remove", path, failure.value());
}

/// Names that stay below the folder: a damaged record must not lead elsewhere.
void remove_named(const fs::path& output, const std::vector<PublishedFile>& files) {
  for (const PublishedFile& file : files) {
    if (stays_below(file)) remove_file(output / fs::path{file.path}.lexically_normal());
  }
}

/// The names that TFRecord shards have or had, of runs that were extended, beside those that their records know.
class OtherNames {
 public:
  explicit OtherNames(fs::path output) : output_(std::move(output)) {}

  [[nodiscard]] std::vector<PublishedFile> of(const std::vector<PublishedFile>& files) {
    std::vector<PublishedFile> others;
    for (const PublishedFile& file : files) {
      const fs::path path{file.path};
      const auto name = parse_tfrecord_name(path.filename().string());
      if (!name) continue;
      const fs::path folder = path.parent_path();
      const auto [present, is_new] = present_.try_emplace(folder.string());
      if (is_new) present->second = present_tfrecords(output_ / folder);
      for (const int count : present->second[name->without_count])
        others.push_back({(folder / with_shard_count(path.filename().string(), count)).generic_string(), 0, {}});
    }
    return others;
  }

 private:
  fs::path output_;
  std::map<std::string, PresentTfrecords> present_;  ///< by folder
};

/// "00003.json": other files in the folder are somebody's own.
bool is_unit_record(const fs::path& path) {
  const std::string number = path.stem().string();
  return path.extension() == ".json" && number.size() >= 5 &&
         number.find_first_not_of("0123456789") == std::string::npos;
}

void remove_units(const fs::path& output) {
  const fs::path units = output / output_name::kUnits;
  std::error_code failure;
  if (!fs::is_directory(units, failure)) return;
  std::vector<fs::path> records;
  for (const auto& entry : fs::directory_iterator{units}) {
    if (is_unit_record(entry.path())) records.push_back(entry.path());
  }
  OtherNames others{output};
  for (const fs::path& record : records) {
    try {
      const std::vector<PublishedFile> files = unit_record_from_json(read_text(record)).files;
      remove_named(output, files);
      remove_named(output, others.of(files));
    } catch (const Error&) {
      // What a damaged record names stays; `verify` will call it extra.
    }
    remove_file(record);
  }
}

/// Deepest first.
void remove_empty_folders(const fs::path& folder) {
  std::error_code failure;
  if (!fs::is_directory(fs::symlink_status(folder, failure))) return;
  std::vector<fs::path> below;
  for (const auto& entry : fs::directory_iterator{folder, failure}) below.push_back(entry.path());
  for (const fs::path& path : below) remove_empty_folders(path);
  fs::remove(folder, failure);  // only when it is empty
}

}  // namespace

void remove_staged_files(const fs::path& output) {
  std::error_code failure;
  for (fs::recursive_directory_iterator entry{output, failure}, end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && is_staged(entry->path())) fs::remove(entry->path(), ignored);
  }
}

void remove_run(const fs::path& output) {
  std::error_code failure;
  const fs::path manifest = output / output_name::kManifest;
  if (fs::exists(manifest, failure)) {
    const std::vector<PublishedFile> files = read_manifest(read_text(manifest)).files;
    remove_file(manifest);  // first: what it promises is no longer there
    remove_units(output);
    remove_named(output, files);
  }
  remove_units(output);
  using namespace output_name;
  for (const std::string_view name :
       {kSlices, kStemTable, kQuarantine, kClasses, kRefusedAnnotations, kIndex, kRun, kAccused, kOptions})
    remove_file(output / name);
  remove_staged_files(output);
  for (const std::string_view folder : {kUnits, kClips, kStems, std::string_view{"dataset"}, std::string_view{"tfds"}})
    remove_empty_folders(output / folder);
}

}  // namespace veery
