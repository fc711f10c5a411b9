#pragma once
// A slice as a row of the dataset and of the table of slices.
#include <cstddef>

#include <veery/archive/archive_index.hpp>
#include <veery/manifest/unit_record.hpp>
#include <veery/run/options.hpp>
#include <veery/shards/example.hpp>
#include <veery/slices/slice.hpp>

namespace veery {

/// `segment`: the slice's number within its recording. The audio's place and the stems are the caller's.
[[nodiscard]] Example describe_slice(const Recording& recording, const Slice& slice, const ProcessOptions& options,
                                     std::size_t segment);

[[nodiscard]] SliceRow to_row(const Example& example);

}  // namespace veery
