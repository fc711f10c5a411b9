#include <gtest/gtest.h>

#include <string>

#include <veery/shards/dataset_description.hpp>

namespace veery {
namespace {

// The text that TFDS 4.9.10 wrote for Perch's builder, with the differences that the header lists.
TEST(DatasetDescription, DatasetInfoHasTfdssFieldsAndFormat) {
  const DatasetDescription description{
      .name = "fake_wav_directory",
      .version = "1.2.3",
      .config_name = "slice_peaked",
      .config_description = "Context windows filtered to five peaks per original file.",
      .description = "Probe.",
      .citation = "cite",
      .homepage = "https://example.org",
      .release_note = "Initial release.",
      .splits = {{"train", 144213, {2, 0}}, {"validation", 0, {0}}}};
  EXPECT_EQ(dataset_info_json(description), R"({
  "citation": "cite",
  "configDescription": "Context windows filtered to five peaks per original file.",
  "configName": "slice_peaked",
  "description": "Probe.",
  "fileFormat": "hdf5",
  "location": {
    "urls": [
      "https://example.org"
    ]
  },
  "moduleName": "veery",
  "name": "fake_wav_directory",
  "releaseNotes": {
    "1.2.3": "Initial release."
  },
  "splits": [
    {
      "filepathTemplate": "{DATASET}-{SPLIT}-{SHARD_X_OF_Y}.h5",
      "name": "train",
      "numBytes": "144213",
      "shardLengths": [
        "2",
        "0"
      ]
    },
    {
      "filepathTemplate": "{DATASET}-{SPLIT}-{SHARD_X_OF_Y}.h5",
      "name": "validation",
      "shardLengths": [
        "0"
      ]
    }
  ],
  "supervisedKeys": {
    "tuple": {
      "items": [
        {
          "featureKey": "audio"
        },
        {
          "featureKey": "label"
        }
      ]
    }
  },
  "version": "1.2.3"
})");
}

// Spec, appendix B.2, to the byte.
TEST(DatasetDescription, OfTfrecordsIsTheTextOfTfds) {
  const DatasetDescription description{
      .name = "fake_wav_directory",
      .version = "1.2.3",
      .config_name = "slice_peaked",
      .config_description = "Context windows filtered to five peaks per original file.",
      .description = "Probe.",
      .citation = "cite",
      .release_note = "Initial release.",
      .file_format = "tfrecord",
      .module_name = "chirp.data.tfds_builder",
      .supervised_keys = {},
      .splits = {{"train", 144213, {2}}}};
  EXPECT_EQ(dataset_info_json(description), R"({
  "citation": "cite",
  "configDescription": "Context windows filtered to five peaks per original file.",
  "configName": "slice_peaked",
  "description": "Probe.",
  "fileFormat": "tfrecord",
  "moduleName": "chirp.data.tfds_builder",
  "name": "fake_wav_directory",
  "releaseNotes": {
    "1.2.3": "Initial release."
  },
  "splits": [
    {
      "filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}",
      "name": "train",
      "numBytes": "144213",
      "shardLengths": [
        "2"
      ]
    }
  ],
  "version": "1.2.3"
})");
}

TEST(DatasetDescription, EmptyFieldsAreLeftOut) {
  const std::string json = dataset_info_json({.name = "v\u00f6gel", .version = "1.0.0"});
  EXPECT_TRUE(
      json.starts_with("{\n  \"fileFormat\": \"hdf5\",\n  \"moduleName\": \"veery\",\n  \"name\": \"v\\u00f6gel\",\n"))
      << json;
  EXPECT_EQ(json.find("splits"), std::string::npos);
}

TEST(DatasetDescription, FeaturesAreTheColumns) {
  const std::string json = features_json({.sample_rate_hz = 16000, .samples_per_row = 96000});
  EXPECT_TRUE(json.starts_with(R"({
    "featuresDict": {
        "features": {
            "audio": {
                "audio": {
                    "dtype": "int16",
                    "encoding": "NONE",
                    "sampleRate": "16000",
                    "shape": {
                        "dimensions": [
                            "96000"
                        ]
                    }
                },
                "pythonClassName": "tensorflow_datasets.core.features.audio_feature.Audio"
            },
            "filename": {
                "pythonClassName": "tensorflow_datasets.core.features.text_feature.Text",
                "text": {}
            },
)")) << json;
  EXPECT_TRUE(json.ends_with(R"(
    "pythonClassName": "tensorflow_datasets.core.features.features_dict.FeaturesDict"
})")) << json;
  EXPECT_NE(json.find(R"(
            "segment_start": {
                "pythonClassName": "tensorflow_datasets.core.features.scalar.Scalar",
                "tensor": {
                    "dtype": "uint64",
                    "encoding": "none",
                    "shape": {}
                }
            },
)"),
            std::string::npos);
  const std::string floats = features_json({.samples_per_row = 96000, .audio_type = AudioType::float32});
  EXPECT_NE(floats.find("\"dtype\": \"float32\",\n                    \"encoding\": \"NONE\""), std::string::npos);
}

TEST(DatasetDescription, FeaturesNameTheStems) {
  const std::string json = features_json({.samples_per_row = 96000, .stems = 4});
  EXPECT_NE(json.find(R"(
            "stems": {
                "pythonClassName": "tensorflow_datasets.core.features.tensor_feature.Tensor",
                "tensor": {
                    "dtype": "int16",
                    "encoding": "none",
                    "shape": {
                        "dimensions": [
                            "4",
                            "96000"
                        ]
                    }
                }
            }
)"),
            std::string::npos)
      << json;
  for (const char* name : {"\"peak_source\"", "\"stem_gain\""}) {
    EXPECT_NE(json.find(name), std::string::npos);
    EXPECT_EQ(features_json({.samples_per_row = 96000}).find(name), std::string::npos);
  }
}

TEST(DatasetDescription, CountsTheBytesOfARow) {
  ExampleSchema schema{.samples_per_row = 1000, .filename_bytes = 40, .label_bytes = 8, .site_bytes = 8};
  EXPECT_EQ(example_bytes(schema), 2000 + 8 * 8 + 2 * 4 + 40 + 8 + 8 + 32 + 8);
  schema.stems = 4;
  EXPECT_EQ(example_bytes(schema), 5 * 2000 + 8 * 8 + 4 * 4 + 40 + 8 + 8 + 32 + 8);
}

}  // namespace
}  // namespace veery
