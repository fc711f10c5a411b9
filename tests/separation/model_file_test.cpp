#include <ATen/Functions.h>

#include <veery/base/error.hpp>
#include <veery/separation/model_file.hpp>

#include "separation/checkpoint_writer.hpp"
#include "separation/goldens.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

class ModelFile : public testing::Test {
 protected:
  std::string load_error(const std::string& bytes) {
    write_bytes(folder_ / "b.h5", bytes);
    try {
      const Model model = read_model(folder_ / "b.h5");
      EXPECT_EQ(model_digest(model.config, model.weights), model_digest(model_.config, model_.weights));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  const TemporaryFolder folder_;
  const std::filesystem::path golden_ = own_goldens() / "small-hop28";
  const Model model_ = import_checkpoint(golden_ / "model.ckpt", options_in(golden_));
};

TEST_F(ModelFile, LoadsAsItWasSaved) {
  write_model(folder_ / "a.h5", model_);
  const Model loaded = read_model(folder_ / "a.h5");

  EXPECT_EQ(loaded.config, model_.config);
  EXPECT_EQ(loaded.provenance, model_.provenance);
  ASSERT_EQ(loaded.weights.size(), model_.weights.size());
  for (const auto& [name, weight] : model_.weights) EXPECT_TRUE(at::equal(loaded.weights.at(name), weight)) << name;
  const at::Tensor mixture = read_tensor(golden_ / "input.npy").reshape({1, -1});
  EXPECT_TRUE(
      at::equal(forward(loaded.config, loaded.weights, mixture), forward(model_.config, model_.weights, mixture)));
}

TEST_F(ModelFile, KeepsAFeatureNormAndIsAsBeforeWithoutOne) {
  Model model;
  model.config = {.encoder = Encoder::stft, .window_samples = 4, .hop_samples = 2, .coefficients = 3, .bottleneck = 2};
  model.config.feature_norm = FeatureNorm::compress_and_max;
  for (const auto& [name, shape] : weight_shapes(model.config)) model.weights[name] = at::ones(shape);
  write_model(folder_ / "a.h5", model);

  EXPECT_EQ(read_model(folder_ / "a.h5").config, model.config);
  EXPECT_EQ(describe(model.config).back(), std::pair(std::string{"feature_norm"}, std::string{"compress-and-max"}));
  EXPECT_EQ(describe(model_.config).back().first, "passes");
}

TEST_F(ModelFile, ProvenanceIsOptional) {
  Model model = model_;
  model.provenance.clear();
  write_model(folder_ / "a.h5", model);

  EXPECT_TRUE(read_model(folder_ / "a.h5").provenance.empty());
}

TEST_F(ModelFile, OneModelIsOneFile) {
  write_model(folder_ / "a.h5", model_);
  write_model(folder_ / "b.h5", model_);

  EXPECT_EQ(bytes_of(folder_ / "a.h5"), bytes_of(folder_ / "b.h5"));
}

TEST_F(ModelFile, TheDigestTellsSettingsAndWeightsApart) {
  TdcnConfig config = model_.config;
  config.keep_extra_frame = true;
  Weights weights = model_.weights;
  weights["mask.kernel"] = weights["mask.kernel"].add(1e-6);
  const std::string digest = model_digest(model_.config, model_.weights);

  EXPECT_NE(model_digest(config, model_.weights), digest);
  EXPECT_NE(model_digest(model_.config, weights), digest);
}

TEST_F(ModelFile, AChangedWeightIsFound) {
  write_model(folder_ / "a.h5", model_);
  std::string bytes = bytes_of(folder_ / "a.h5");
  const at::Tensor& mask = model_.weights.at("mask.kernel");
  const std::string stored(static_cast<const char*>(mask.const_data_ptr()), mask.nbytes());
  const std::size_t at = bytes.find(stored);
  ASSERT_NE(at, std::string::npos);
  bytes[at + 5] = static_cast<char>(bytes[at + 5] ^ 1);

  EXPECT_NE(load_error(bytes).find("not those that were written"), std::string::npos);
}

TEST_F(ModelFile, DamageIsAnErrorThatNamesTheFile) {
  write_model(folder_ / "a.h5", model_);
  const std::string bytes = bytes_of(folder_ / "a.h5");

  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 60) {
    EXPECT_NE(load_error(bytes.substr(0, size)).find("b.h5"), std::string::npos) << size;
  }
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 120) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    static_cast<void>(load_error(changed));  // an Error, or a byte that means nothing
  }
}

TEST_F(ModelFile, AnotherFileIsRefused) {
  EXPECT_NE(load_error("no HDF5").find("can't load the separation model"), std::string::npos);
  EXPECT_THROW(static_cast<void>(read_model(folder_ / "missing.h5")), Error);
}

TEST_F(ModelFile, WeightsThatDoNotFitAreNotSaved) {
  Model model = model_;
  model.weights.erase("mask.kernel");
  EXPECT_THROW(write_model(folder_ / "a.h5", model), Error);

  model = model_;
  model.weights["extra"] = at::zeros({1});
  EXPECT_THROW(write_model(folder_ / "a.h5", model), Error);

  model = model_;
  model.weights["mask.kernel"] = at::zeros({1});
  EXPECT_THROW(write_model(folder_ / "a.h5", model), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.h5"));
}

}  // namespace
}  // namespace veery::test
