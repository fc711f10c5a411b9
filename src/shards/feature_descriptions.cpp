#include "shards/feature_descriptions.hpp"

#include <utility>

namespace veery {
namespace {

using Json = nlohmann::json;

/// Protobuf's JSON writes 64-bit numbers as text.
Json shape_json(const std::vector<std::int64_t>& shape) {
  Json dimensions = Json::array();
  for (const std::int64_t size : shape) dimensions.push_back(std::to_string(size));
  return {{"dimensions", std::move(dimensions)}};
}

}  // namespace

std::string tfds_class(const std::string& name) {
  return "tensorflow_datasets.core.features." + name;
}

Json scalar_feature(const std::string& type) {
  return {{"pythonClassName", tfds_class("scalar.Scalar")},
          {"tensor", {{"dtype", type}, {"encoding", "none"}, {"shape", Json::object()}}}};
}

Json text_feature() {
  return {{"pythonClassName", tfds_class("text_feature.Text")}, {"text", Json::object()}};
}

Json tensor_feature(const std::string& type, const std::string& encoding, const std::vector<std::int64_t>& shape) {
  return {{"pythonClassName", tfds_class("tensor_feature.Tensor")},
          {"tensor", {{"dtype", type}, {"encoding", encoding}, {"shape", shape_json(shape)}}}};
}

Json audio_feature(const std::string& class_name, const std::string& type, const std::string& encoding,
                   int sample_rate_hz, const std::vector<std::int64_t>& shape) {
  return {{"audio",
           {{"dtype", type},
            {"encoding", encoding},
            {"sampleRate", std::to_string(sample_rate_hz)},
            {"shape", shape_json(shape)}}},
          {"pythonClassName", class_name}};
}

Json class_feature(std::size_t classes) {
  return {{"classLabel", {{"numClasses", std::to_string(classes)}}},
          {"pythonClassName", tfds_class("class_label_feature.ClassLabel")}};
}

Json sequence_feature(Json feature) {
  return {{"pythonClassName", tfds_class("sequence_feature.Sequence")},
          {"sequence", {{"feature", std::move(feature)}, {"length", "-1"}}}};
}

std::string features_text(Json features) {
  return python_json({{"featuresDict", {{"features", std::move(features)}}},
                      {"pythonClassName", tfds_class("features_dict.FeaturesDict")}},
                     4);
}

std::string python_json(const Json& json, int indent) {
  return json.dump(indent, ' ', true);
}

}  // namespace veery
