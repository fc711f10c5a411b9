#pragma once
// Element types as HDF5 sees them.
#include <veery/hdf5/element_type.hpp>

#include "hdf5/calls.hpp"

namespace veery::hdf5 {

/// A type for files and memory alike.
[[nodiscard]] Handle native_type(const ElementType& type);

/// The element type of a dataset; Error when it is none of ours.
[[nodiscard]] ElementType element_type_of_dataset(hid_t dataset);

}  // namespace veery::hdf5
