#pragma once
// A separation model on disk: one HDF5 file with the weights by name, the settings and where they came from.
// Nothing in it is executed, and what is loaded is what was saved: a digest says so.
#include <filesystem>
#include <map>
#include <string>

#include <veery/separation/tdcn.hpp>

namespace veery {

struct Model {
  TdcnConfig config;
  Weights weights;                                ///< float32, on the CPU
  std::map<std::string, std::string> provenance;  ///< source, preset, digests of the files … in words
};

/// SHA-256 over settings and weights: two models with one digest separate alike.
[[nodiscard]] std::string model_digest(const TdcnConfig& config, const Weights& weights);

/// Staged, then renamed. Throws Error.
void write_model(const std::filesystem::path& path, const Model& model);

/// Throws Error when the file is no model, or not the one that was written.
[[nodiscard]] Model read_model(const std::filesystem::path& path);

}  // namespace veery
