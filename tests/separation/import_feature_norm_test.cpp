// Networks whose features have a scale and a bias instead of a norm. There is no golden of one: the variables of a
// network of FUSS are renamed as the released code names them.
#include <ATen/core/Tensor.h>

#include <functional>

#include <veery/base/error.hpp>
#include <veery/separation/import_checkpoint.hpp>

#include "separation/checkpoint_writer.hpp"
#include "separation/goldens.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

Variable renamed(Variable variable) {
  const std::size_t at = variable.name.find("layer_norm_on_mag/");
  if (at == std::string::npos) return variable;
  // Made with get_variable: the slash behind a pass comes twice.
  const std::string pass = at == 0 ? "" : variable.name.substr(0, at) + "/";
  const bool is_scale = variable.name.ends_with("gamma");
  return {pass + (is_scale ? "scale_layer/scale_layer" : "scale_layer_1/scalar_bias_layer"), {}, variable.values};
}

Model import_renamed(std::optional<FeatureNorm> norm) {
  const TemporaryFolder folder;
  const std::filesystem::path golden = shared_goldens() / "small-fuss16k-iter2";
  std::vector<Variable> variables = read_variables(golden / "model.ckpt");
  for (Variable& variable : variables) variable = renamed(variable);
  write_checkpoint(folder / "a", variables);
  ImportOptions options = options_in(golden);
  options.feature_norm = norm;
  return import_checkpoint(folder / "a", options);
}

TEST(ImportFeatureNorm, IsWhatTheOptionSays) {
  VEERY_NEED_SHARED_GOLDENS();
  for (const FeatureNorm norm : {FeatureNorm::compress_and_max, FeatureNorm::none}) {
    const Model model = import_renamed(norm);

    EXPECT_EQ(model.config.feature_norm, norm);
    EXPECT_EQ(model.config.passes, 2);
    EXPECT_TRUE(model.weights.contains("features.scale"));
    EXPECT_TRUE(model.weights.contains("pass_0.features.bias"));
  }
}

TEST(ImportFeatureNorm, IsAskedForAndMustFitTheVariables) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::filesystem::path plain = shared_goldens() / "small-fuss16k";
  ImportOptions contradicting = options_in(plain);
  contradicting.feature_norm = FeatureNorm::none;

  EXPECT_THROW(static_cast<void>(import_renamed(std::nullopt)), UsageError);
  EXPECT_THROW(static_cast<void>(import_renamed(FeatureNorm::mean_and_variance)), UsageError);
  EXPECT_THROW(static_cast<void>(import_checkpoint(plain / "model.ckpt", contradicting)), UsageError);
}

}  // namespace
}  // namespace veery::test
