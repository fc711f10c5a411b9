#pragma once
// What features.json says of a feature, as TFDS 4.9 writes it.
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace veery {

/// Of a module of TFDS's features: "scalar.Scalar".
[[nodiscard]] std::string tfds_class(const std::string& name);

[[nodiscard]] nlohmann::json scalar_feature(const std::string& type);
[[nodiscard]] nlohmann::json text_feature();
[[nodiscard]] nlohmann::json tensor_feature(const std::string& type, const std::string& encoding,
                                            const std::vector<std::int64_t>& shape);
/// `class_name`: of TFDS's Audio, or of a class that is made of it.
[[nodiscard]] nlohmann::json audio_feature(const std::string& class_name, const std::string& type,
                                           const std::string& encoding, int sample_rate_hz,
                                           const std::vector<std::int64_t>& shape);

/// One of so many classes.
[[nodiscard]] nlohmann::json class_feature(std::size_t classes);
/// Any number of `feature`.
[[nodiscard]] nlohmann::json sequence_feature(nlohmann::json feature);

/// The whole of features.json.
[[nodiscard]] std::string features_text(nlohmann::json features);

/// As Python's json.dumps writes it: ASCII only, no line feed at the end.
[[nodiscard]] std::string python_json(const nlohmann::json& json, int indent);

}  // namespace veery
