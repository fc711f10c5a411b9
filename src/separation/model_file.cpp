#include <ATen/Functions.h>

#include <algorithm>
#include <bit>
#include <span>
#include <string_view>
#include <type_traits>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/hdf5/file.hpp>
#include <veery/separation/model_file.hpp>

#include "separation/config_fields.hpp"

namespace veery {
namespace {

static_assert(std::endian::native == std::endian::little, "weights are stored as they lie in memory");

constexpr const char* kKind = "veery separation model";
constexpr std::int64_t kFormatVersion = 1;

std::span<float> values_of(const at::Tensor& contiguous) {
  return {contiguous.mutable_data_ptr<float>(), static_cast<std::size_t>(contiguous.numel())};
}

at::Tensor in_memory(const at::Tensor& weight) {
  return weight.detach().to(at::kCPU).contiguous();
}

void write_config(hdf5::Group& group, const TdcnConfig& config) {
  separation::visit_fields(config, [&](const char* name, const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_enum_v<Value>) {
      group.set_text(name, to_string(value));
    } else if constexpr (std::is_same_v<Value, double>) {
      group.set_number(name, value);
    } else {
      group.set_integer(name, static_cast<std::int64_t>(value));
    }
  });
}

TdcnConfig read_config(const hdf5::Group& group) {
  TdcnConfig config;
  separation::visit_fields(config, [&](const char* name, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if (!group.has_attribute(name)) return;  // written before there was such a setting; the digest tells of loss
    if constexpr (std::is_enum_v<Value>) {
      separation::parse_name(group.text(name), value);
    } else if constexpr (std::is_same_v<Value, double>) {
      value = group.number(name);
    } else if constexpr (std::is_same_v<Value, bool>) {
      value = group.integer(name) != 0;
    } else {
      value = group.integer(name);
    }
  });
  return config;
}

/// HDF5 datasets have at least one axis: a single number is a list of one.
std::vector<std::int64_t> stored_shape(const std::vector<std::int64_t>& shape) {
  return shape.empty() ? std::vector<std::int64_t>{1} : shape;
}

Weights read_weights(const hdf5::Group& group, const WeightShapes& shapes) {
  Weights weights;
  for (const auto& [name, shape] : shapes) {
    if (!group.contains(name)) throw Error{"a weight of the separation network is missing", name};
    const hdf5::Dataset dataset = group.open_dataset(name);
    dataset.expect_type(hdf5::element_type_of<float>());
    if (dataset.shape() != stored_shape(shape)) throw Error{"a weight has the wrong shape", name};
    const at::Tensor weight = at::empty(shape, at::TensorOptions{}.dtype(at::kFloat));
    dataset.read_rows(0, std::as_writable_bytes(values_of(weight)));
    weights.emplace(name, weight);
  }
  for (const std::string& name : group.names()) {
    if (!shapes.contains(name)) throw Error{"the separation network has no such weight", printable(name)};
  }
  return weights;
}

Model read_contents(const hdf5::File& file) {
  const hdf5::Group& root = file.root();
  if (!root.has_attribute("kind") || root.text("kind") != kKind) throw Error{"it is no separation model", "its kind"};
  if (const std::int64_t version = root.integer("format_version"); version != kFormatVersion) {
    throw Error{"its format is another one", "version " + std::to_string(version), "use the veery that wrote it"};
  }
  Model model;
  model.config = read_config(root.open_group("config"));
  model.weights = read_weights(root.open_group("weights"), weight_shapes(model.config));
  for (const std::string& line : root.texts("provenance")) {
    const std::size_t end = std::min(line.find('='), line.size() - 1);
    model.provenance.emplace(line.substr(0, end), line.substr(end + 1));
  }
  if (root.text("digest") != model_digest(model.config, model.weights)) {
    throw Error{"settings and weights are not those that were written", "its digest", "copy the file again"};
  }
  return model;
}

}  // namespace

std::string model_digest(const TdcnConfig& config, const Weights& weights) {
  Sha256 digest;
  const auto add = [&](const auto&... texts) {
    (digest.update(std::as_bytes(std::span{std::string_view{texts}})), ...);
  };
  for (const auto& [name, value] : describe(config)) add(name, "=", value, "\n");
  for (const auto& [name, weight] : weights) {
    const at::Tensor contiguous = in_memory(weight);
    add(name);
    for (const std::int64_t size : contiguous.sizes()) add(" ", std::to_string(size));
    add("\n");
    digest.update(std::as_bytes(values_of(contiguous)));
  }
  return digest.finish();
}

void write_model(const std::filesystem::path& path, const Model& model) {
  check_weights(model.config, model.weights);
  StagedFile staged{path};
  hdf5::File file = hdf5::File::create(staged.path());
  file.root().set_text("kind", kKind);
  file.root().set_integer("format_version", kFormatVersion);
  file.root().set_text("program_version", std::string{program_version()});
  file.root().set_text("commit", std::string{program_commit()});
  file.root().set_text("digest", model_digest(model.config, model.weights));
  std::vector<std::string> provenance;
  provenance.reserve(model.provenance.size());
  for (const auto& [name, value] : model.provenance) provenance.push_back(std::string{name}.append("=").append(value));
  file.root().set_texts("provenance", provenance);
  {
    hdf5::Group config = file.root().create_group("config");
    write_config(config, model.config);
    hdf5::Group weights = file.root().create_group("weights");
    for (const auto& [name, weight] : model.weights) {
      const at::Tensor contiguous = in_memory(weight);
      hdf5::Dataset dataset =
          weights.create_dataset(name, hdf5::element_type_of<float>(), {stored_shape(contiguous.sizes().vec())});
      hdf5::write_numbers<float>(dataset, values_of(contiguous));
    }
  }
  file.close();
  staged.publish();
}

Model read_model(const std::filesystem::path& path) {
  try {
    return read_contents(hdf5::File::open(path));
  } catch (const std::exception& error) {
    throw Error{"can't load the separation model", path.string(), error.what()};
  }
}

}  // namespace veery
