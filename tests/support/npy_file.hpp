#pragma once
// Arrays that NumPy saved: little-endian, C order.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace veery::test {

template <typename Value>
struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<Value> values;
};

template <typename Value>
constexpr const char* npy_type() {
  if constexpr (std::is_same_v<Value, float>) return "'<f4'";
  if constexpr (std::is_same_v<Value, double>) return "'<f8'";
  if constexpr (std::is_same_v<Value, std::int64_t>) return "'<i8'";
}

/// Throws std::runtime_error when the file is missing or holds something else than `Value`.
template <typename Value>
NpyArray<Value> read_npy(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string head(8, '\0');
  file.read(head.data(), 8);
  if (!file || head.substr(0, 6) != "\x93NUMPY") throw std::runtime_error("not a .npy file: " + path.string());
  std::string size(head[6] == 1 ? 2 : 4, '\0');
  file.read(size.data(), static_cast<std::streamsize>(size.size()));
  std::size_t length = 0;
  for (std::size_t i = size.size(); i-- > 0;) length = length * 256 + static_cast<unsigned char>(size[i]);
  std::string header(length, '\0');
  file.read(header.data(), static_cast<std::streamsize>(length));
  const bool c_order = header.find("'fortran_order': False") != std::string::npos;
  if (!file || !c_order || header.find(npy_type<Value>()) == std::string::npos) {
    throw std::runtime_error("unexpected array in " + path.string() + ": " + header);
  }
  NpyArray<Value> array;
  std::size_t count = 1;
  const std::size_t open = header.find('(');
  const std::string inside = header.substr(open + 1, header.find(')') - open - 1);
  for (std::size_t at = 0; at < inside.size();) {
    const std::size_t comma = std::min(inside.find(',', at), inside.size());
    const std::string number = inside.substr(at, comma - at);
    if (number.find_first_of("0123456789") != std::string::npos) array.shape.push_back(std::stoll(number));
    at = comma + 1;
  }
  for (const std::int64_t extent : array.shape) count *= static_cast<std::size_t>(extent);
  array.values.resize(count);
  file.read(reinterpret_cast<char*>(array.values.data()), static_cast<std::streamsize>(count * sizeof(Value)));
  if (!file) throw std::runtime_error("cut short: " + path.string());
  return array;
}

}  // namespace veery::test
