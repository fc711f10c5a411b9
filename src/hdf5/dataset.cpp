#include <algorithm>
#include <cstring>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/hdf5/dataset.hpp>

#include "hdf5/calls.hpp"
#include "hdf5/element_type.hpp"

namespace veery::hdf5 {
namespace {

std::vector<hsize_t> sizes_of(const Dataset& dataset) {
  return {dataset.shape().begin(), dataset.shape().end()};
}

/// The rows from `first_row` on that `bytes` hold, as a selection in the file and its shape in memory.
struct Selection {
  Handle file;
  Handle memory;
};

Selection select(const Dataset& dataset, std::int64_t first_row, std::size_t bytes) {
  std::vector<hsize_t> sizes = sizes_of(dataset);
  const std::size_t row_bytes = dataset.row_bytes();
  const auto rows = static_cast<std::int64_t>(row_bytes == 0 ? 0 : bytes / row_bytes);
  if (static_cast<std::size_t>(rows) * row_bytes != bytes || first_row < 0 || first_row + rows > dataset.shape()[0]) {
    throw Error{"rows do not fit the HDF5 dataset", call::object_name(dataset.id()),
                std::to_string(bytes) + " bytes at row " + std::to_string(first_row)};
  }
  Selection selection{call::simple_space(sizes), {}};
  call::select_rows(selection.file, static_cast<hsize_t>(first_row), static_cast<hsize_t>(rows), sizes);
  sizes[0] = static_cast<hsize_t>(rows);
  selection.memory = call::simple_space(sizes);
  return selection;
}

}  // namespace

Dataset::Dataset(Handle handle) : Object(std::move(handle)), type_(element_type_of_dataset(id())) {
  for (const hsize_t size : call::shape_of(call::dataset_space(id())))
    shape_.push_back(static_cast<std::int64_t>(size));
  if (shape_.empty()) throw Error{"an HDF5 dataset has no axes", call::object_name(id())};
}

std::int64_t Dataset::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape_) count *= size;
  return count;
}

std::size_t Dataset::row_bytes() const {
  std::size_t bytes = type_.bytes;
  for (std::size_t axis = 1; axis < shape_.size(); ++axis) bytes *= static_cast<std::size_t>(shape_[axis]);
  return bytes;
}

bool Dataset::is_compressed() const {
  return call::has_filter(call::dataset_creation(id()), H5Z_FILTER_DEFLATE);
}

void Dataset::expect_type(const ElementType& type) const {
  if (type == type_) return;
  throw Error{"an HDF5 dataset holds " + to_string(type_) + " where " + to_string(type) + " belongs",
              call::object_name(id())};
}

void Dataset::write_rows(std::int64_t first_row, std::span<const std::byte> rows) {
  const Selection selection = select(*this, first_row, rows.size());
  if (rows.empty()) return;
  call::write(id(), native_type(type_), selection.memory, selection.file, rows.data());
}

void Dataset::read_rows(std::int64_t first_row, std::span<std::byte> rows) const {
  const Selection selection = select(*this, first_row, rows.size());
  if (rows.empty()) return;
  call::read(id(), native_type(type_), selection.memory, selection.file, rows.data());
}

void Dataset::write_texts(std::span<const std::string> values) {
  expect_type(ElementType::text(type_.bytes));
  std::vector<std::byte> bytes(values.size() * type_.bytes);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& value = values[i];
    if (value.size() > type_.bytes || value.find('\0') != std::string::npos) {
      throw Error{
          "a text does not fit the HDF5 column " + call::object_name(id()), printable(value),
          std::to_string(value.size()) + " bytes, at most " + std::to_string(type_.bytes) + " and no zero byte"};
    }
    std::memcpy(bytes.data() + i * type_.bytes, value.data(), value.size());
  }
  write_rows(0, bytes);
}

std::vector<std::string> Dataset::read_texts() const {
  expect_type(ElementType::text(type_.bytes));
  std::vector<std::byte> bytes(static_cast<std::size_t>(elements()) * type_.bytes);
  read_rows(0, bytes);
  std::vector<std::string> values;
  for (std::size_t at = 0; at < bytes.size(); at += type_.bytes) {
    std::string value(type_.bytes, '\0');
    std::memcpy(value.data(), bytes.data() + at, type_.bytes);
    value.resize(std::min(value.find('\0'), value.size()));
    values.push_back(std::move(value));
  }
  return values;
}

void Dataset::make_scale(const std::string& name) {
  call::make_scale(id(), name);
}

void Dataset::attach_scale(int axis, const Dataset& scale) {
  call::attach_scale(id(), scale.id(), static_cast<unsigned>(axis));
}

void Dataset::set_axis_label(int axis, const std::string& label) {
  call::set_axis_label(id(), static_cast<unsigned>(axis), label);
}

std::string Dataset::axis_label(int axis) const {
  return call::axis_label(id(), static_cast<unsigned>(axis));
}

}  // namespace veery::hdf5
