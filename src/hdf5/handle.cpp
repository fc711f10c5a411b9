#include <utility>

#include <veery/hdf5/handle.hpp>

#include "hdf5/calls.hpp"

namespace veery::hdf5 {

Handle::Handle(Handle&& other) noexcept : id_(other.release()) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(id_, other.id_);
  return *this;
}

Handle::~Handle() {
  if (id_ >= 0 && H5Iis_valid(id_) > 0) H5Idec_ref(id_);
}

std::int64_t Handle::release() noexcept {
  return std::exchange(id_, -1);
}

}  // namespace veery::hdf5
