#pragma once
// What every format of shards asks of the examples it is given.
#include <span>
#include <string>

#include <veery/shards/example.hpp>

namespace veery {

/// Throws Error naming the file or the example: rows without a sample, a `peak_source` that is no stem, a `stem_gain`
/// that is no power of two of at most 1 (without stems: other than -1 and 1).
void check_rows(const ExampleSchema& schema, std::span<const Example> examples, const std::string& file_name);

}  // namespace veery
