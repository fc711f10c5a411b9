#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <veery/shards/tfds_format.hpp>

namespace veery {
namespace {

const ExampleSchema kShort{.sample_rate_hz = 16000, .samples_per_row = 96000};

std::string features(const ExampleSchema& schema, const TfdsFormat& format) {
  const std::vector<NamedText> files = tfds_descriptions(schema, format, {});
  EXPECT_EQ(files.front().first, "features.json");
  EXPECT_EQ(files.back().first, "dataset_info.json");
  return files.front().second;
}

void expect_holds(const std::string& json, const std::string& part) {
  EXPECT_NE(json.find(part), std::string::npos) << json;
}

// Spec, appendix B.3.
TEST(TfdsFormat, PerchsAudioIsAsTfdsWroteItForPerch) {
  expect_holds(features(kShort, {TfdsSchema::perch, TfdsEncoding::zlib}), R"(
            "audio": {
                "audio": {
                    "dtype": "float32",
                    "encoding": "ZLIB",
                    "sampleRate": "16000",
                    "shape": {
                        "dimensions": [
                            "96000"
                        ]
                    }
                },
                "pythonClassName": "chirp.data.tfds_features.Int16AsFloatTensor"
            },
)");
  expect_holds(features(kShort, {TfdsSchema::perch, TfdsEncoding::bytes}), R"("encoding": "BYTES")");
}

TEST(TfdsFormat, StockAudioHasTheTypeThatIsStored) {
  const std::string json = features(kShort, {});
  expect_holds(json, R"(                    "dtype": "int16",
                    "encoding": "BYTES",
)");
  expect_holds(json, R"("pythonClassName": "tensorflow_datasets.core.features.audio_feature.Audio")");
  EXPECT_EQ(json.find("chirp"), std::string::npos);
  ExampleSchema floats = kShort;
  floats.audio_type = AudioType::float32;
  expect_holds(features(floats, {TfdsSchema::tfds, TfdsEncoding::zlib}),
               R"(                    "dtype": "float32",
                    "encoding": "ZLIB",
)");
}

TEST(TfdsFormat, StemsAreOneTensorOrOneOfPerchs) {
  ExampleSchema schema = kShort;
  schema.stems = 4;
  expect_holds(features(schema, {}), R"(
            "stems": {
                "pythonClassName": "tensorflow_datasets.core.features.tensor_feature.Tensor",
                "tensor": {
                    "dtype": "int16",
                    "encoding": "bytes",
                    "shape": {
                        "dimensions": [
                            "4",
                            "96000"
                        ]
                    }
                }
            }
)");
  expect_holds(features(schema, {TfdsSchema::perch, TfdsEncoding::bytes}), R"(
            "stems": {
                "audio": {
                    "dtype": "float32",
                    "encoding": "BYTES",
                    "sampleRate": "16000",
                    "shape": {
                        "dimensions": [
                            "4",
                            "96000"
                        ]
                    }
                },
                "pythonClassName": "chirp.data.tfds_features.Int16AsFloatTensor"
            }
)");
}

TEST(TfdsFormat, LabelIsAText) {
  expect_holds(features(kShort, {}), R"(
            "label": {
                "pythonClassName": "tensorflow_datasets.core.features.text_feature.Text",
                "text": {}
            },
)");
}

}  // namespace
}  // namespace veery
