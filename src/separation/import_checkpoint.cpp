#include <algorithm>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/separation/import_checkpoint.hpp>
#include <veery/separation/tf_checkpoint.hpp>

#include "separation/import_config.hpp"
#include "separation/weight_names.hpp"

namespace veery {
namespace {

using separation::NetworkVariables;

/// What training keeps beside the weights.
bool is_of_the_optimiser(const TfCheckpoint& checkpoint, const std::string& name) {
  if (name == "beta1_power" || name == "beta2_power" || name == "global_step") return true;
  for (const std::string slot : {"/Adam", "/Adam_1"}) {
    if (name.ends_with(slot)) return checkpoint.find(name.substr(0, name.size() - slot.size())) != nullptr;
  }
  return false;
}

NetworkVariables network_variables(const TfCheckpoint& checkpoint) {
  NetworkVariables variables;
  for (const TfVariable& variable : checkpoint.variables()) {
    if (is_of_the_optimiser(checkpoint, variable.name)) continue;
    const auto name = separation::parse_tf_name(variable.name);
    if (!name) throw Error{"the checkpoint has a variable that the network lacks", printable(variable.name)};
    const std::string prefix = name->iteration < 0 ? "" : "pass_" + std::to_string(name->iteration) + ".";
    if (const auto [at, added] = variables.by_name.emplace(prefix + name->name, &variable); !added) {
      throw Error{"the checkpoint has a variable twice", printable(at->second->name) + ", " + printable(variable.name)};
    }
    variables.passes = std::max<std::int64_t>(variables.passes, name->iteration + 2);
    if (variables.norm.empty()) variables.norm = name->norm;
  }
  return variables;
}

std::vector<std::int64_t> without_unit_axes(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> kept;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(kept), [](std::int64_t size) { return size != 1; });
  return kept;
}

/// Ours are TensorFlow's arrays without axes of one element that have no meaning.
Weights read_weights(const TfCheckpoint& checkpoint, const NetworkVariables& variables, const WeightShapes& shapes) {
  Weights weights;
  for (const auto& [name, shape] : shapes) {
    const auto found = variables.by_name.find(name);
    if (found == variables.by_name.end()) {
      throw Error{"the checkpoint lacks a variable of the network", separation::tf_name_of(name)};
    }
    const TfVariable& variable = *found->second;
    if (without_unit_axes(variable.shape) != without_unit_axes(shape)) {
      throw Error{"a variable of the checkpoint has the wrong shape", printable(variable.name)};
    }
    const at::Tensor values = checkpoint.read(variable);
    if (values.scalar_type() != at::kFloat) throw Error{"a variable is not float32", printable(variable.name)};
    weights.emplace(name, values.reshape(shape));
  }
  for (const auto& [name, variable] : variables.by_name) {
    if (!shapes.contains(name)) {
      throw Error{"the checkpoint has a variable that the network lacks", printable(variable->name)};
    }
  }
  return weights;
}

std::map<std::string, std::string> describe_origin(const TfCheckpoint& checkpoint, const ImportOptions& options) {
  std::map<std::string, std::string> origin;
  origin["source"] = "TensorFlow checkpoint " + printable(checkpoint.prefix().filename().string());
  origin["imported_by"] = "veery " + std::string{program_version()} + " (" + std::string{program_commit()} + ")";
  if (!options.preset.empty()) origin["preset"] = options.preset;
  for (const std::filesystem::path& file : checkpoint.files()) {
    const std::string ending = file.filename().string().substr(checkpoint.prefix().filename().string().size() + 1);
    origin["sha256 of " + ending] = digest_file(file).sha256;
  }
  const TfVariable* step = checkpoint.find("global_step");
  if (step == nullptr || !step->shape.empty()) return origin;
  if (const at::Tensor value = checkpoint.read(*step); value.scalar_type() == at::kLong) {
    origin["global_step"] = std::to_string(*value.const_data_ptr<std::int64_t>());
  }
  return origin;
}

}  // namespace

Model import_checkpoint(const std::filesystem::path& path, const ImportOptions& options) {
  const TfCheckpoint checkpoint = TfCheckpoint::open(path);
  const NetworkVariables variables = network_variables(checkpoint);
  Model model;
  model.config = separation::infer_config(variables, options);
  model.weights = read_weights(checkpoint, variables, weight_shapes(model.config));
  model.provenance = describe_origin(checkpoint, options);
  check_weights(model.config, model.weights);
  return model;
}

}  // namespace veery
