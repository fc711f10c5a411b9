#pragma once
// From a TensorFlow checkpoint of Google's sound-separation models to a model of ours. What the shapes of the
// variables tell is taken from them; the rest comes from a preset or from options.
#include <filesystem>

#include <veery/separation/import_options.hpp>
#include <veery/separation/model_file.hpp>

namespace veery {

/// Throws UsageError for an option that is missing or contradicts the file, Error for a variable that is missing,
/// unknown, of a wrong shape or damaged; each names what it is about.
[[nodiscard]] Model import_checkpoint(const std::filesystem::path& path, const ImportOptions& options);

}  // namespace veery
