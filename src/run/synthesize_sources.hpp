#pragma once
#include <cstddef>
#include <string>

#include <veery/run/commands.hpp>

namespace veery {

/// Writes example `number` with its sources, and returns its line for the list of the split. The mixture is the exact
/// sum of the 16-bit sources. A pure function of options and number. Throws Error.
[[nodiscard]] std::string write_source_example(const SynthesizeOptions& options, std::size_t number);

}  // namespace veery
