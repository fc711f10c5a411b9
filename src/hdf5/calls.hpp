#pragma once
// Every HDF5 function this module uses, wrapped once: here, and only here, its status is checked. A failure is an
// Error with HDF5's own error stack; new identifiers come back owned.
#include <hdf5.h>
#include <hdf5_hl.h>

#include <filesystem>
#include <string>
#include <vector>

#include <veery/hdf5/handle.hpp>

namespace veery::hdf5::call {

/// `object` is any identifier in the file concerned (its path goes into the message), or -1.
[[noreturn]] void fail(const char* function, hid_t object, const std::string& name);

/// The path of the object's file and its name there, for messages; as much as can be found out.
[[nodiscard]] std::string object_name(hid_t object);

template <typename Status>
Status check(Status status, const char* function, hid_t object = -1, const std::string& name = {}) {
  if (status < 0) fail(function, object, name);
  return status;
}

// Files
/// Before any other call. Keeps HDF5 quiet (errors are thrown) and from closing files at the end of the process: all
/// are closed by then, but for those that a full disk left behind, which it can't close without crashing.
void start_library();
Handle create_file(const std::filesystem::path& path, const Handle& creation, const Handle& access);
Handle open_file(const std::filesystem::path& path, const Handle& access);
inline void flush_file(hid_t file) {
  check(H5Fflush(file, H5F_SCOPE_LOCAL), "H5Fflush", file);
}
inline bool flush_succeeds(hid_t file) noexcept {
  return H5Fflush(file, H5F_SCOPE_LOCAL) >= 0;
}
/// A file that fails while it closes is half freed: `name` says which, since HDF5 would crash when asked.
inline void close_file(hid_t file, const std::string& name) {
  check(H5Fclose(file), "H5Fclose", -1, name);
}

// Property lists
inline Handle property_list(hid_t kind) {
  return Handle{check(H5Pcreate(kind), "H5Pcreate")};
}
void omit_times(const Handle& creation);
/// Keeps attributes in the object's header, where their bytes do not depend on memory.
void keep_attributes_compact(const Handle& creation);
void keep_link_order(const Handle& creation);
void set_file_access(const Handle& access, H5F_close_degree_t close_degree);
void set_chunks(const Handle& creation, const std::vector<hsize_t>& chunk);
void set_checksum(const Handle& creation);
void set_fill(const Handle& creation, const Handle& type, const void* value);
void set_shuffle_and_gzip(const Handle& creation);
void set_virtual_part(const Handle& creation, const Handle& destination, const std::string& file_name,
                      const std::string& dataset_name, const Handle& source);
void disable_chunk_cache(const Handle& access);
bool has_filter(const Handle& creation, H5Z_filter_t filter);

// Data spaces and types
Handle scalar_space();
Handle simple_space(const std::vector<hsize_t>& shape);
void select_rows(const Handle& space, hsize_t first_row, hsize_t rows, const std::vector<hsize_t>& shape);
/// So much from the row on, at the start of every other axis; not empty.
void select_block(const Handle& space, hsize_t first_row, const std::vector<hsize_t>& count);
std::vector<hsize_t> shape_of(const Handle& space);
/// Elements of any space, one for a scalar.
hsize_t element_count(const Handle& space);
Handle copy_type(hid_t type);
void make_text(const Handle& type, std::size_t bytes);
bool same_type(const Handle& left, const Handle& right);
std::size_t type_bytes(const Handle& type);
bool is_fixed_text(const Handle& type);

// Groups and links
Handle create_group(hid_t parent, const std::string& name, const Handle& creation);
Handle open_group(hid_t parent, const std::string& name);
bool link_exists(hid_t parent, const std::string& name);
std::vector<std::string> link_names(hid_t parent);

// Datasets
Handle create_dataset(hid_t parent, const std::string& name, const Handle& type, const Handle& space,
                      const Handle& creation, const Handle& access);
Handle open_dataset(hid_t parent, const std::string& name, const Handle& access);
Handle dataset_space(hid_t dataset);
Handle dataset_type(hid_t dataset);
Handle dataset_creation(hid_t dataset);
void write(hid_t dataset, const Handle& type, const Handle& memory, const Handle& file, const void* values);
void read(hid_t dataset, const Handle& type, const Handle& memory, const Handle& file, void* values);

// Attributes
Handle create_attribute(hid_t object, const std::string& name, const Handle& type, const Handle& space);
Handle open_attribute(hid_t object, const std::string& name);
bool attribute_exists(hid_t object, const std::string& name);
Handle attribute_type(const Handle& attribute);
Handle attribute_space(const Handle& attribute);
void write_attribute(const Handle& attribute, const Handle& type, const void* value);
void read_attribute(const Handle& attribute, const Handle& type, void* value);

// Dimension scales
void make_scale(hid_t dataset, const std::string& name);
void attach_scale(hid_t dataset, hid_t scale, unsigned axis);
void set_axis_label(hid_t dataset, unsigned axis, const std::string& label);
std::string axis_label(hid_t dataset, unsigned axis);

}  // namespace veery::hdf5::call
