#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <cmath>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/separation/separation_model.hpp>

#include "separation/checkpoint_writer.hpp"
#include "separation/goldens.hpp"
#include "separation/seeded_model.hpp"
#include "separation/shared_by_threads.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

class OwnModel : public testing::Test {
 protected:
  std::filesystem::path write(const TdcnConfig& config) {
    write_model(folder_ / "model.h5", seeded_model(config));
    return folder_ / "model.h5";
  }
  static std::string described(const ModelInfo& info, const std::string& name) {
    for (const auto& [key, value] : info.description) {
      if (key == name) return value;
    }
    return "no such line";
  }
  std::string load_error(const std::filesystem::path& path) {
    try {
      static_cast<void>(load_model(path, {}));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  const TemporaryFolder folder_;
};

TEST_F(OwnModel, GivesWhatItsNetworkGives) {
  const Model model = seeded_model(small_config());
  const at::Tensor mixtures = noise_mixtures(3, 4321);

  const at::Tensor stems = load_model(write(model.config), {})->separate(mixtures);

  EXPECT_TRUE(at::equal(stems, forward(model.config, model.weights, mixtures)));
  EXPECT_FALSE(stems.requires_grad());
}

TEST_F(OwnModel, OneSourceIsTheWholeMixture) {
  TdcnConfig config = small_config();
  config.sources = 1;
  const at::Tensor mixtures = noise_mixtures(2, 1000);

  const at::Tensor stems = load_model(write(config), {})->separate(mixtures);

  EXPECT_EQ(stems.sizes(), (at::IntArrayRef{2, 1, 1000}));
  EXPECT_LT(largest_difference(stems.select(1, 0), mixtures), 1e-6);
}

TEST_F(OwnModel, SaysWhatItIs) {
  TdcnConfig config;  // the published one: 40 samples at a hop of 20, four repeats of eight blocks
  const ModelInfo info = load_model(write(config), {})->info();

  EXPECT_EQ(info.name, "model.h5");
  EXPECT_EQ(info.sample_rate_hz, 16000);
  EXPECT_EQ(info.sources, 8);
  const Model model = seeded_model(config);
  EXPECT_EQ(info.digest, model_digest(model.config, model.weights));
  EXPECT_EQ(described(info, "window_samples"), "40");
  EXPECT_EQ(described(info, "source"), "a formula");
  // 4 × 2 × 255 frames around one, by hand: (2040 × 20 + 40) / 16000.
  EXPECT_EQ(described(info, "receptive_field_s"), "2.5525");
  // A frame: encoder 40 × 256, input 256², 32 × (2 × 256 × 512 + 3 × 512), mask 8 × 256², decoder 8 × 256 × 40; 800 a
  // second.
  EXPECT_EQ(described(info, "gmac_a_second"), "7.296");
  EXPECT_EQ(described(info, "parameters"), "9067009");
}

TEST_F(OwnModel, AnotherRateIsAUsageError) {
  LoadOptions options;
  options.sample_rate_hz = 16000;
  EXPECT_EQ(load_model(write(small_config()), options)->info().sample_rate_hz, 16000);

  options.sample_rate_hz = 22050;
  EXPECT_THROW(static_cast<void>(load_model(folder_ / "model.h5", options)), UsageError);
}

TEST_F(OwnModel, ADamagedFileIsNamed) {
  const std::string bytes = bytes_of(write(small_config()));
  std::string changed = bytes;
  changed[bytes.size() / 2] = static_cast<char>(~changed[bytes.size() / 2]);
  for (const std::string& damaged : {bytes.substr(0, bytes.size() / 2), changed, bytes.substr(0, 8), std::string{},
                                     std::string{"TFL3 something else"}}) {
    write_bytes(folder_ / "bad.h5", damaged);

    EXPECT_NE(load_error(folder_ / "bad.h5").find("bad.h5"), std::string::npos) << damaged.size();
  }
  EXPECT_NE(load_error(folder_ / "missing.h5").find("missing.h5"), std::string::npos);
}

TEST_F(OwnModel, ThreadsShareIt) {
  test::expect_shared_by_threads(*load_model(write(small_config()), {}));
}

TEST_F(OwnModel, ACpuHasNoFloat16) {
  LoadOptions options;
  options.precision = Precision::float16;

  EXPECT_THROW(static_cast<void>(load_model(write(small_config()), options)), UsageError);
}

TEST_F(OwnModel, ACpuTakesTf32ForFloat32) {
  LoadOptions options;
  options.precision = Precision::tf32;
  const at::Tensor mixtures = noise_mixtures(1, 2000);
  const auto path = write(small_config());

  EXPECT_TRUE(at::equal(load_model(path, options)->separate(mixtures), load_model(path, {})->separate(mixtures)));
}

TEST_F(OwnModel, StemsOfHalfPrecisionAddUpToTheMixtureToo) {
  LoadOptions options;
  options.precision = Precision::bfloat16;
  TdcnConfig config = small_config();
  const at::Tensor mixtures = noise_mixtures(2, 2000);
  for (const Consistency consistency : {Consistency::uniform, Consistency::magsq, Consistency::pred_source}) {
    config.consistency = consistency;

    const at::Tensor stems = load_model(write(config), options)->separate(mixtures);

    EXPECT_LT(largest_difference(stems.sum(1), mixtures), 1e-6) << to_string(consistency);
  }
}

/// The figure that docs/models.md states.
TEST_F(OwnModel, Bfloat16StaysNearFloat32) {
  LoadOptions options;
  options.precision = Precision::bfloat16;
  const auto path = write(TdcnConfig{});
  const at::Tensor mixtures = noise_mixtures(1, 16000);
  const at::Tensor exact = load_model(path, {})->separate(mixtures);

  const at::Tensor stems = load_model(path, options)->separate(mixtures);

  EXPECT_EQ(stems.scalar_type(), at::kFloat);
  const double snr_db = signal_to_difference_db(stems, exact);
  RecordProperty("snr_db", std::to_string(snr_db));
  EXPECT_GE(snr_db, 25.0);
  EXPECT_LT(snr_db, 90.0) << "this was not bfloat16";
  EXPECT_TRUE(at::equal(load_model(path, {})->separate(mixtures), exact)) << "bfloat16 must not outlast its call";
}

}  // namespace
}  // namespace veery::test
