#pragma once
// Files and groups. The same calls give the same bytes: no times are stored, in files of HDF5's 1.10 format.
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <veery/hdf5/dataset.hpp>
#include <veery/hdf5/object.hpp>

namespace veery::hdf5 {

class Group : public Object {
 public:
  using Object::Object;

  Group create_group(const std::string& name);
  Dataset create_dataset(const std::string& name, const ElementType& type, const DatasetLayout& layout);
  /// `parts` follow each other along the first axis; their rows must add up to shape[0]. `fill`: of a
  /// dataset of int64, what no part has; else zero.
  Dataset create_virtual_dataset(const std::string& name, const ElementType& type,
                                 const std::vector<std::int64_t>& shape, std::span<const VirtualPart> parts,
                                 std::optional<std::int64_t> fill = {});

  [[nodiscard]] bool contains(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] Group open_group(const std::string& name) const;
  [[nodiscard]] Dataset open_dataset(const std::string& name) const;
};

/// An open file and its root group. HDF5 is one thread's at a time: from creation to destruction a File keeps it for
/// its thread (which may open more), and others wait. Files are destroyed on the thread that opened them.
class File {
 public:
  /// Replaces what is there.
  [[nodiscard]] static File create(const std::filesystem::path& path);
  [[nodiscard]] static File open(const std::filesystem::path& path);

  /// Without `close` what was written is of no use: on a full disk it is abandoned, not flushed. Never throws.
  ~File();
  File(File&&) noexcept = default;
  File& operator=(File&&) noexcept = default;

  [[nodiscard]] Group& root() { return root_; }
  [[nodiscard]] const Group& root() const { return root_; }

  /// Writes what is still in memory; Error when that fails (full disk) or a group or dataset is still open.
  void close();

 private:
  using LibraryLock = std::unique_lock<std::recursive_mutex>;
  File(LibraryLock lock, Handle handle);
  [[nodiscard]] static LibraryLock lock_library();

  LibraryLock lock_;  ///< first: let go last
  Handle handle_;
  Group root_;
};

}  // namespace veery::hdf5
