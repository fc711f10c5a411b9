#include "hdf5/calls.hpp"

#include <charconv>
#include <string_view>
#include <utility>

#include <veery/base/error.hpp>

namespace veery::hdf5::call {
namespace {

/// Called for each level of the error stack, the innermost cause first. Many levels say the same thing.
herr_t append_cause(unsigned, const H5E_error2_t* entry, void* text) {
  auto& causes = *static_cast<std::string*>(text);
  std::string cause = entry->desc == nullptr ? "" : entry->desc;
  std::erase(cause, '\n');
  if (cause.empty() || causes.ends_with(cause)) return 0;
  if (!causes.empty()) causes += "; ";
  causes += cause;
  return 0;
}

std::string error_stack() {
  std::string causes;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, append_cause, &causes);
  H5Eclear2(H5E_DEFAULT);
  return causes.empty() ? "no cause given" : causes;
}

/// The system's error number, which HDF5 tells in words only: "… errno = 28, error message = …". 0: none.
int error_number(const std::string& causes) {
  static constexpr std::string_view kMark = "errno = ";
  const std::size_t at = causes.find(kMark);
  int number = 0;
  if (at != std::string::npos)
    std::from_chars(causes.data() + at + kMark.size(), causes.data() + causes.size(), number);
  return number;
}

/// Calls one of HDF5's "how long, then fill" functions.
template <typename Function>
std::string take_text(Function function, hid_t object) {
  const ssize_t length = object < 0 ? -1 : function(object, nullptr, 0);
  if (length <= 0) return {};
  std::string text(static_cast<std::size_t>(length), '\0');
  function(object, text.data(), text.size() + 1);
  return text;
}

}  // namespace

std::string object_name(hid_t object) {
  const std::string file = take_text(H5Fget_name, object);
  const std::string name = take_text(H5Iget_name, object);
  return name.empty() || name == "/" ? file : file + name;
}

void fail(const char* function, hid_t object, const std::string& name) {
  const std::string causes = error_stack();  // first: any other call clears the stack
  std::string where = object_name(object);
  if (!where.empty() && !name.empty()) where += ": ";
  where += name;
  const std::string what = std::string{"HDF5: "} + function + " failed";
  if (const int number = error_number(causes); number != 0) throw system_error(what, where, number);
  throw Error{what, where, causes};
}

void start_library() {
  static const herr_t once = H5dont_atexit();
  static_cast<void>(once);  // fails when something else has started the library: no harm
  check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "H5Eset_auto");
}

Handle create_file(const std::filesystem::path& path, const Handle& creation, const Handle& access) {
  const std::string name = path.string();
  return Handle{check(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "H5Fcreate", -1, name)};
}

Handle open_file(const std::filesystem::path& path, const Handle& access) {
  const std::string name = path.string();
  return Handle{check(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.id()), "H5Fopen", -1, name)};
}

void omit_times(const Handle& creation) {
  check(H5Pset_obj_track_times(creation.id(), false), "H5Pset_obj_track_times");
}

void keep_attributes_compact(const Handle& creation) {
  check(H5Pset_attr_phase_change(creation.id(), 64, 48), "H5Pset_attr_phase_change");
}

void keep_link_order(const Handle& creation) {
  check(H5Pset_link_phase_change(creation.id(), 64, 48), "H5Pset_link_phase_change");
  check(H5Pset_link_creation_order(creation.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "H5Pset_link_creation_order");
}

void set_file_access(const Handle& access, H5F_close_degree_t close_degree) {
  check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110), "H5Pset_libver_bounds");
  check(H5Pset_fclose_degree(access.id(), close_degree), "H5Pset_fclose_degree");
  // Locks fail on many cluster file systems and protect nothing here: files are renamed into place whole.
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  check(H5Pset_file_locking(access.id(), false, true), "H5Pset_file_locking");
#endif
}

void set_chunks(const Handle& creation, const std::vector<hsize_t>& chunk) {
  check(H5Pset_chunk(creation.id(), static_cast<int>(chunk.size()), chunk.data()), "H5Pset_chunk");
  check(H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time");
}

void set_checksum(const Handle& creation) {
  check(H5Pset_fletcher32(creation.id()), "H5Pset_fletcher32");
}

void set_shuffle_and_gzip(const Handle& creation) {
  check(H5Pset_shuffle(creation.id()), "H5Pset_shuffle");
  check(H5Pset_deflate(creation.id(), 1), "H5Pset_deflate");
}

void set_fill(const Handle& creation, const Handle& type, const void* value) {
  check(H5Pset_fill_value(creation.id(), type.id(), value), "H5Pset_fill_value");
}

void set_virtual_part(const Handle& creation, const Handle& destination, const std::string& file_name,
                      const std::string& dataset_name, const Handle& source) {
  const herr_t status =
      H5Pset_virtual(creation.id(), destination.id(), file_name.c_str(), dataset_name.c_str(), source.id());
  check(status, "H5Pset_virtual", -1, file_name);
}

void disable_chunk_cache(const Handle& access) {
  check(H5Pset_chunk_cache(access.id(), 1, 0, 1.0), "H5Pset_chunk_cache");
}

bool has_filter(const Handle& creation, H5Z_filter_t filter) {
  const int count = check(H5Pget_nfilters(creation.id()), "H5Pget_nfilters");
  for (unsigned i = 0; std::cmp_less(i, count); ++i) {
    std::size_t values = 0;
    unsigned flags = 0;
    const H5Z_filter_t found = H5Pget_filter2(creation.id(), i, &flags, &values, nullptr, 0, nullptr, nullptr);
    if (check(found, "H5Pget_filter2") == filter) return true;
  }
  return false;
}

Handle scalar_space() {
  return Handle{check(H5Screate(H5S_SCALAR), "H5Screate")};
}

Handle simple_space(const std::vector<hsize_t>& shape) {
  return Handle{check(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), "H5Screate_simple")};
}

void select_rows(const Handle& space, hsize_t first_row, hsize_t rows, const std::vector<hsize_t>& shape) {
  if (rows == 0) {
    check(H5Sselect_none(space.id()), "H5Sselect_none");
    return;
  }
  std::vector<hsize_t> count = shape;
  count.at(0) = rows;
  select_block(space, first_row, count);
}

void select_block(const Handle& space, hsize_t first_row, const std::vector<hsize_t>& count) {
  std::vector<hsize_t> start(count.size(), 0);
  start.at(0) = first_row;
  check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
        "H5Sselect_hyperslab");
}

std::vector<hsize_t> shape_of(const Handle& space) {
  const int rank = check(H5Sget_simple_extent_ndims(space.id()), "H5Sget_simple_extent_ndims");
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr), "H5Sget_simple_extent_dims");
  return shape;
}

hsize_t element_count(const Handle& space) {
  return static_cast<hsize_t>(check(H5Sget_simple_extent_npoints(space.id()), "H5Sget_simple_extent_npoints"));
}

Handle copy_type(hid_t type) {
  return Handle{check(H5Tcopy(type), "H5Tcopy")};
}

void make_text(const Handle& type, std::size_t bytes) {
  check(H5Tset_size(type.id(), bytes), "H5Tset_size");
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset");
  check(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "H5Tset_strpad");
}

bool same_type(const Handle& left, const Handle& right) {
  return check(H5Tequal(left.id(), right.id()), "H5Tequal") > 0;
}

std::size_t type_bytes(const Handle& type) {
  return H5Tget_size(type.id());
}

bool is_fixed_text(const Handle& type) {
  return check(H5Tget_class(type.id()), "H5Tget_class") == H5T_STRING &&
         check(H5Tis_variable_str(type.id()), "H5Tis_variable_str") == 0;
}

Handle create_group(hid_t parent, const std::string& name, const Handle& creation) {
  const hid_t group = H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT);
  return Handle{check(group, "H5Gcreate", parent, name)};
}

Handle open_group(hid_t parent, const std::string& name) {
  return Handle{check(H5Gopen2(parent, name.c_str(), H5P_DEFAULT), "H5Gopen", parent, name)};
}

bool link_exists(hid_t parent, const std::string& name) {
  return check(H5Lexists(parent, name.c_str(), H5P_DEFAULT), "H5Lexists", parent, name) > 0;
}

std::vector<std::string> link_names(hid_t parent) {
  std::vector<std::string> names;
  H5G_info_t info{};
  check(H5Gget_info(parent, &info), "H5Gget_info", parent);
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto take = [&](char* buffer, std::size_t bytes) {
      const ssize_t length = H5Lget_name_by_idx(parent, ".", H5_INDEX_NAME, H5_ITER_INC, i, buffer, bytes, H5P_DEFAULT);
      return static_cast<std::size_t>(check(length, "H5Lget_name_by_idx", parent));
    };
    std::string& name = names.emplace_back(take(nullptr, 0), '\0');
    take(name.data(), name.size() + 1);
  }
  return names;
}

}  // namespace veery::hdf5::call
