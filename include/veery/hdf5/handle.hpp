#pragma once
// One HDF5 identifier with one owner. HDF5's own hid_t is a 64-bit integer; its header stays inside the module.
#include <cstdint>

namespace veery::hdf5 {

/// Owns an identifier of any kind (file, dataset, type …); move-only. The destructor never throws: errors of
/// closing a written file are reported by File::close.
class Handle {
 public:
  Handle() = default;
  explicit Handle(std::int64_t id) noexcept : id_(id) {}
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  ~Handle();

  [[nodiscard]] std::int64_t id() const { return id_; }
  [[nodiscard]] bool is_open() const { return id_ >= 0; }
  /// Gives up ownership without closing.
  std::int64_t release() noexcept;

 private:
  std::int64_t id_ = -1;
};

}  // namespace veery::hdf5
