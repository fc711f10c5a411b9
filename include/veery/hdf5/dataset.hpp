#pragma once
// Datasets: columns, tables whose rows are written one after another, and virtual ones over other files.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <veery/hdf5/element_type.hpp>
#include <veery/hdf5/object.hpp>

namespace veery::hdf5 {

/// How a dataset lies in the file.
struct DatasetLayout {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> chunk{};  ///< empty: contiguous
  bool checksum = false;              ///< fletcher32 on every chunk: reading a damaged one is an Error
  bool compress = false;              ///< byte shuffle and gzip level 1 (needs chunks)
};

/// Rows of a virtual dataset that lie in another file, named relative to the folder of the virtual one.
struct VirtualPart {
  std::string file_name;
  std::string dataset_name;
  std::int64_t rows = 0;
  std::int64_t columns =
      0;  ///< where it is narrower than the virtual dataset, which is filled behind them; 0: it isn't
};

/// Buffers hold whole rows in row-major order, numbers in the machine's own (little-endian) form.
class Dataset : public Object {
 public:
  explicit Dataset(Handle handle);

  [[nodiscard]] const ElementType& type() const { return type_; }
  [[nodiscard]] const std::vector<std::int64_t>& shape() const { return shape_; }
  [[nodiscard]] std::int64_t elements() const;
  /// Bytes of one row, i.e. of one step along the first axis.
  [[nodiscard]] std::size_t row_bytes() const;
  [[nodiscard]] bool is_compressed() const;
  /// Error when the elements are of another type.
  void expect_type(const ElementType& type) const;

  /// As many rows as the buffer holds, from `first_row` on. Throws Error.
  void write_rows(std::int64_t first_row, std::span<const std::byte> rows);
  void read_rows(std::int64_t first_row, std::span<std::byte> rows) const;

  /// A whole text column. A text that is too long or holds a zero byte is an Error.
  void write_texts(std::span<const std::string> values);
  [[nodiscard]] std::vector<std::string> read_texts() const;

  /// Makes this dataset a dimension scale called `name`.
  void make_scale(const std::string& name);
  void attach_scale(int axis, const Dataset& scale);
  void set_axis_label(int axis, const std::string& label);
  [[nodiscard]] std::string axis_label(int axis) const;

 private:
  ElementType type_;
  std::vector<std::int64_t> shape_;
};

/// Whole columns of numbers. Error when the dataset holds another type.
template <typename Number>
void write_numbers(Dataset& dataset, std::span<const Number> values) {
  dataset.expect_type(element_type_of<Number>());
  dataset.write_rows(0, std::as_bytes(values));
}

template <typename Number>
[[nodiscard]] std::vector<Number> read_numbers(const Dataset& dataset) {
  dataset.expect_type(element_type_of<Number>());
  std::vector<Number> values(static_cast<std::size_t>(dataset.elements()));
  dataset.read_rows(0, std::as_writable_bytes(std::span{values}));
  return values;
}

}  // namespace veery::hdf5
