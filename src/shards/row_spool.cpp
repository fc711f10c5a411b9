#include <string>

#include <veery/base/error.hpp>
#include <veery/shards/row_spool.hpp>

namespace veery {

RowSpool::RowSpool(const std::filesystem::path& folder, std::size_t bytes_per_row)
    : file_(FileDescriptor::open_temporary(folder)), bytes_per_row_(bytes_per_row) {}

std::int64_t RowSpool::append(std::span<const std::byte> row) {
  if (row.size() != bytes_per_row_) {
    throw Error{"a row has the wrong size", "row spool",
                std::to_string(row.size()) + " bytes instead of " + std::to_string(bytes_per_row_)};
  }
  const std::int64_t number = next_row_.fetch_add(1);
  file_.write_at(number * static_cast<std::int64_t>(bytes_per_row_), row);
  return number;
}

void RowSpool::read(std::int64_t row, std::span<std::byte> bytes) const {
  const bool known = row >= 0 && row < next_row_.load() && bytes.size() == bytes_per_row_;
  if (!known || file_.read_at(row * static_cast<std::int64_t>(bytes_per_row_), bytes) != bytes_per_row_) {
    throw Error{"no such row", "row spool", "row " + std::to_string(row)};
  }
}

}  // namespace veery
