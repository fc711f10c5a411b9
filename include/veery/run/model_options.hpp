#pragma once
// What `veery model` is asked to do.
#include <filesystem>

#include <veery/separation/import_options.hpp>

namespace veery {

struct ModelImportOptions {
  std::filesystem::path checkpoint;  ///< prefix, .index file, or a folder with one
  std::filesystem::path output;
  ImportOptions settings;
};

/// Writes the model file, reads it again, and prints what it holds on standard output. Returns the exit code;
/// throws UsageError for what the checkpoint does not tell, Error for a damaged one and for TorchScript modules.
int run_model_import(const ModelImportOptions& options);

/// On standard output, one `name: value` a line: name, digest, rate, sources, then settings, size, provenance.
int run_model_info(const std::filesystem::path& model);

}  // namespace veery
