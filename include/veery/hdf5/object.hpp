#pragma once
// What files, groups and datasets have in common: attributes. Texts are UTF-8 and stored in their exact length, where
// a checksum covers them (h5py gives bytes): HDF5 1.10 crashes on a damaged text of variable length.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <veery/hdf5/handle.hpp>

namespace veery::hdf5 {

class Object {
 public:
  explicit Object(Handle handle) : handle_(std::move(handle)) {}

  [[nodiscard]] std::int64_t id() const { return handle_.id(); }

  /// An attribute that exists already is an Error.
  void set_text(const std::string& name, const std::string& value);
  void set_integer(const std::string& name, std::int64_t value);
  void set_number(const std::string& name, double value);
  void set_texts(const std::string& name, const std::vector<std::string>& values);

  [[nodiscard]] bool has_attribute(const std::string& name) const;
  /// An attribute that is missing or of another type is an Error.
  [[nodiscard]] std::string text(const std::string& name) const;
  [[nodiscard]] std::int64_t integer(const std::string& name) const;
  [[nodiscard]] double number(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;

 protected:
  Handle handle_;
};

}  // namespace veery::hdf5
