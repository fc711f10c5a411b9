// The published sizes, with weights from a formula: a checkpoint is written, imported, saved, loaded and run.
#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <map>

#include <veery/separation/model_file.hpp>

#include "separation/goldens.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

constexpr double kGateDb = 100;

class FullSize : public testing::Test {
 protected:
  Model import(const std::string& name, const ImportOptions& options) {
    golden_ = shared_goldens() / name;
    const Model imported = import_checkpoint(write_recipe_checkpoint(golden_, folder_.path()), options);
    write_model(folder_ / "model.h5", imported);
    return read_model(folder_ / "model.h5");
  }
  at::Tensor run(const Model& model, const std::string& length) {
    const c10::InferenceMode no_gradients;
    const Observer observe = [&](const std::string& what, const at::Tensor& value) { observed_[what] = value; };
    return forward(model.config, model.weights, shared_mixture(model.config, length), observe);
  }
  void expect_parity(const std::string& file, const at::Tensor& ours) {
    const at::Tensor golden = read_tensor(golden_ / (file + ".npy"));
    const double snr_db = signal_to_difference_db(ours, golden);
    RecordProperty(file, std::to_string(largest_difference(ours, golden)) + ", dB " + std::to_string(snr_db));
    EXPECT_GE(snr_db, kGateDb) << file;
  }
  /// Every `step`-th place of an axis, as the goldens keep them.
  static at::Tensor every(const at::Tensor& values, std::int64_t axis, std::int64_t step) {
    return values.slice(axis, 0, c10::nullopt, step);
  }
  void expect_intermediates() {
    expect_parity("core_activations_every16_1p00", every(observed_.at("core_activations"), 1, 16));
    expect_parity("encoder_output_every40_1p00", every(observed_.at("encoder_output"), 1, 40));
    expect_parity("mask_every40_every16_1p00", every(every(observed_.at("mask"), 2, 40), 3, 16));
  }

  const TemporaryFolder folder_;
  std::filesystem::path golden_;
  std::map<std::string, at::Tensor> observed_;
};

TEST_F(FullSize, TheDefaultNetworkIsThatOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  ImportOptions options;
  options.preset = "neurips2020-mixit";
  const Model model = import("default16k-8src", options);
  EXPECT_EQ(model.config, TdcnConfig{});

  expect_parity("output_1p00", run(model, "1p00"));
  expect_intermediates();
  expect_parity("mix_weights_1p00", observed_.at("mix_weights"));
  expect_parity("output_2p37", run(model, "2p37"));
}

TEST_F(FullSize, TheBirdNetworkIsThatOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  ImportOptions options;
  options.preset = "bird-mixit-8";
  options.consistency = Consistency::magsq;
  const Model model = import("bird8-22k", options);

  expect_parity("output_1p00", run(model, "1p00"));
  expect_intermediates();
  const at::Tensor stems = run(model, "2p37");
  expect_parity("output_first8192_2p37", stems.narrow(2, 0, 8192));
  expect_parity("output_last8192_2p37", stems.narrow(2, stems.size(2) - 8192, 8192));
}

}  // namespace
}  // namespace veery::test
