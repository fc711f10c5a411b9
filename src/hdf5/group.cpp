#include <algorithm>

#include <veery/base/error.hpp>
#include <veery/hdf5/file.hpp>

#include "hdf5/calls.hpp"
#include "hdf5/element_type.hpp"

namespace veery::hdf5 {
namespace {

std::vector<hsize_t> to_sizes(const std::vector<std::int64_t>& shape) {
  std::vector<hsize_t> sizes;
  for (const std::int64_t size : shape) {
    if (size < 0) throw Error{"an HDF5 dataset can't have a negative size", std::to_string(size)};
    sizes.push_back(static_cast<hsize_t>(size));
  }
  return sizes;
}

Handle dataset_creation_list() {
  Handle creation = call::property_list(H5P_DATASET_CREATE);
  call::omit_times(creation);
  call::keep_attributes_compact(creation);
  return creation;
}

/// Rows are written and read whole, one chunk after another: a cache would only copy them once more.
Handle uncached_access() {
  Handle access = call::property_list(H5P_DATASET_ACCESS);
  call::disable_chunk_cache(access);
  return access;
}

/// HDF5 reads %b in a source's file name as a number to fill in.
std::string escape_percent(const std::string& name) {
  std::string escaped;
  for (const char character : name) escaped += character == '%' ? std::string{"%%"} : std::string{character};
  return escaped;
}

}  // namespace

Group Group::create_group(const std::string& name) {
  const Handle creation = call::property_list(H5P_GROUP_CREATE);
  call::omit_times(creation);
  call::keep_attributes_compact(creation);
  call::keep_link_order(creation);
  return Group{call::create_group(id(), name, creation)};
}

Dataset Group::create_dataset(const std::string& name, const ElementType& type, const DatasetLayout& layout) {
  const std::vector<hsize_t> shape = to_sizes(layout.shape);
  const Handle creation = dataset_creation_list();
  // A dataset without elements has no chunks, and HDF5 refuses chunks larger than the dataset.
  if (!layout.chunk.empty() && std::find(shape.begin(), shape.end(), 0U) == shape.end()) {
    call::set_chunks(creation, to_sizes(layout.chunk));
    if (layout.compress) call::set_shuffle_and_gzip(creation);
    if (layout.checksum) call::set_checksum(creation);
  }
  return Dataset{
      call::create_dataset(id(), name, native_type(type), call::simple_space(shape), creation, uncached_access())};
}

Dataset Group::create_virtual_dataset(const std::string& name, const ElementType& type,
                                      const std::vector<std::int64_t>& shape, std::span<const VirtualPart> parts,
                                      std::optional<std::int64_t> fill) {
  const std::vector<hsize_t> sizes = to_sizes(shape);
  const Handle creation = dataset_creation_list();
  if (fill) {
    if (type != element_type_of<std::int64_t>()) throw Error{"a fill value is of int64", name, to_string(type)};
    call::set_fill(creation, native_type(type), &*fill);
  }
  const Handle space = call::simple_space(sizes);
  hsize_t first_row = 0;
  for (const VirtualPart& part : parts) {
    if (part.rows == 0) continue;
    std::vector<hsize_t> part_sizes = sizes;
    part_sizes.at(0) = static_cast<hsize_t>(part.rows);
    if (part.columns > 0) part_sizes.at(1) = static_cast<hsize_t>(part.columns);
    call::select_block(space, first_row, part_sizes);
    call::set_virtual_part(creation, space, escape_percent(part.file_name), escape_percent(part.dataset_name),
                           call::simple_space(part_sizes));
    first_row += part_sizes[0];
  }
  if (first_row != sizes.at(0)) throw Error{"the parts of a virtual dataset do not add up to its rows", name};
  return Dataset{call::create_dataset(id(), name, native_type(type), call::simple_space(sizes), creation,
                                      call::property_list(H5P_DATASET_ACCESS))};
}

bool Group::contains(const std::string& name) const {
  return call::link_exists(id(), name);
}

std::vector<std::string> Group::names() const {
  return call::link_names(id());
}

Group Group::open_group(const std::string& name) const {
  return Group{call::open_group(id(), name)};
}

Dataset Group::open_dataset(const std::string& name) const {
  return Dataset{call::open_dataset(id(), name, uncached_access())};
}

}  // namespace veery::hdf5
