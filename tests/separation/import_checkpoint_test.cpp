#include <ATen/Functions.h>

#include <functional>

#include <veery/base/error.hpp>
#include <veery/separation/import_checkpoint.hpp>

#include "separation/checkpoint_writer.hpp"
#include "separation/goldens.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

using Change = std::function<void(std::vector<Variable>&)>;

class Import : public testing::Test {
 protected:
  Model import(const ImportOptions& options, const Change& change = {}) {
    std::vector<Variable> variables = read_variables(golden_ / "model.ckpt");
    if (change) change(variables);
    write_checkpoint(folder_ / "a", variables);
    return import_checkpoint(folder_ / "a", options);
  }
  std::string error_after(const Change& change) { return error_with(options_, change); }
  std::string error_with(const ImportOptions& options, const Change& change = {}) {
    try {
      static_cast<void>(import(options, change));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  const TemporaryFolder folder_;
  const std::filesystem::path golden_ = own_goldens() / "small-hop28";
  const ImportOptions options_ = options_in(golden_);
};

Variable& find(std::vector<Variable>& variables, const std::string& name) {
  for (Variable& variable : variables) {
    if (variable.name == name) return variable;
  }
  throw std::runtime_error("no variable " + name);
}

TEST_F(Import, ShapesAndOptionsMakeTheSettings) {
  TdcnConfig expected;
  expected.sample_rate_hz = 22050;
  expected.window_samples = 55;
  expected.hop_samples = 28;
  expected.coefficients = 24;
  expected.sources = 2;
  expected.bottleneck = 12;
  expected.conv_channels = 20;
  expected.dilations = 4;
  expected.repeats = 1;

  EXPECT_EQ(import(options_).config, expected);
}

TEST_F(Import, AMissingVariableIsNamed) {
  for (const std::string name : {"improved_tdcn/conv_block_2/tdcn_block/timeconv/separable_conv/depthwise_kernel",
                                 "mask/kernel", "improved_tdcn/conv_block_1/tdcn_block/normact2/prelu/prelu"}) {
    const std::string in_file = name == "mask/kernel" ? "dense/kernel" : name;
    const std::string error = error_after([&](std::vector<Variable>& variables) {
      std::erase_if(variables, [&](const Variable& variable) { return variable.name == in_file; });
    });

    EXPECT_NE(error.find(in_file), std::string::npos) << error;
  }
}

TEST_F(Import, AnUnknownVariableIsNamed) {
  for (const std::string name : {"improved_tdcn/conv_block_0/tdcn_block/dense3/dense/kernel", "dense/kernel_average",
                                 "improved_tdcn/conv_block_9/tdcn_block/dense1/dense/kernel", "strange/Adam"}) {
    const std::string error = error_after([&](std::vector<Variable>& variables) {
      variables.push_back({name, {1}, {0.0F}});
    });

    EXPECT_NE(error.find(name), std::string::npos) << error;
  }
}

TEST_F(Import, AVariableOfTheWrongShapeIsNamed) {
  for (const std::string name :
       {"conv_decoder/dense_1/kernel", "improved_tdcn/conv_block_3/tdcn_block/dense2/dense/kernel"}) {
    const std::string error = error_after([&](std::vector<Variable>& variables) {
      Variable& variable = find(variables, name);
      std::swap(variable.shape[0], variable.shape[1]);
    });

    EXPECT_NE(error.find(name), std::string::npos) << error;
  }
}

TEST_F(Import, WhatTrainingKeepsIsLeftOut) {
  const Model plain = import(options_);
  const Model trained = import(options_, [](std::vector<Variable>& variables) {
    Variable slot = find(variables, "dense/kernel");
    slot.name = "dense/kernel/Adam";
    variables.push_back(slot);
    slot.name = "dense/kernel/Adam_1";
    variables.push_back(slot);
    variables.push_back({"beta1_power", {}, {0.9F}});
  });

  EXPECT_EQ(model_digest(trained.config, trained.weights), model_digest(plain.config, plain.weights));
}

TEST_F(Import, ScopesOfOtherReleasesAreUnderstood) {
  const Model plain = import(options_);
  const Model renamed = import(options_, [](std::vector<Variable>& variables) {
    for (Variable& variable : variables) {
      for (const auto& [from, to] :
           {std::pair{"improved_tdcn", "conv_tasnet"}, std::pair{"tdcn_block", "tasnet_block"}}) {
        const std::size_t at = variable.name.find(from);
        if (at != std::string::npos) variable.name.replace(at, std::string{from}.size(), to);
      }
    }
  });

  EXPECT_EQ(model_digest(renamed.config, renamed.weights), model_digest(plain.config, plain.weights));
}

TEST_F(Import, WhatTheFileCannotTellIsAskedFor) {
  ImportOptions no_rate = options_;
  no_rate.sample_rate_hz.reset();
  ImportOptions no_hop = options_;
  no_hop.hop_s.reset();
  ImportOptions no_dilations = options_;
  no_dilations.dilations.reset();

  EXPECT_NE(error_with(no_rate).find("sample rate"), std::string::npos);
  EXPECT_NE(error_with(no_hop).find("hop"), std::string::npos);
  EXPECT_NE(error_with(no_dilations).find("blocks a repeat"), std::string::npos);
}

TEST_F(Import, OptionsThatContradictTheFileAreRefused) {
  ImportOptions window = options_;
  window.window_s = 0.001;
  ImportOptions consistency = options_;
  consistency.consistency = Consistency::magsq;
  ImportOptions preset = options_;
  preset.preset = "fuss";
  ImportOptions unknown = options_;
  unknown.preset = "robin";

  EXPECT_NE(error_with(window).find("55 samples"), std::string::npos);
  EXPECT_NE(error_with(consistency).find("pred-source"), std::string::npos);
  EXPECT_NE(error_with(preset).find("another encoder"), std::string::npos);
  EXPECT_NE(error_with(unknown).find("bird-mixit-8"), std::string::npos);
}

/// A checkpoint as its preset expects it, in the smallest size.
class Family {
 public:
  Family(bool skips, std::int64_t sources) {
    add("conv_encoder/dense/kernel", {22, 3});
    add("conv_decoder/dense_1/kernel", {3, 22});
    add_dense("initial_dense", 3, 2);
    add("dense/kernel", {2, sources * 3});
    for (int block = 0; block < 16; ++block) add_block(block);
    if (skips) add_dense("improved_tdcn/res_dense_0_to_8", 2, 2);
  }
  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }

 private:
  void add(const std::string& name, std::vector<std::int64_t> shape) {
    std::size_t count = 1;
    for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
    variables_.push_back({name, std::move(shape), std::vector<float>(count, 0.5F)});
  }
  void add_dense(const std::string& name, std::int64_t in, std::int64_t out) {
    add(name + "/dense/kernel", {in, out});
    add(name + "/dense/bias", {out});
    add(name + "/dense_scale/scale_layer", {});
  }
  void add_activation(const std::string& scope) {
    add(scope + "/prelu/prelu", {});
    add(scope + "/instance_norm/gamma", {1});
    add(scope + "/instance_norm/beta", {1});
  }
  void add_block(int block) {
    const std::string scope = "improved_tdcn/conv_block_" + std::to_string(block) + "/tdcn_block/";
    add(scope + "dense1/dense/kernel", {2, 4});
    add(scope + "dense1/dense_scale/scale_layer", {});
    add(scope + "dense2/dense/kernel", {4, 2});
    add(scope + "dense2/dense_scale/scale_layer", {});
    add(scope + "timeconv/separable_conv/depthwise_kernel", {3, 1, 4, 1});
    add(scope + "timeconv/separable_conv/bias", {4});
    add_activation(scope + "normact1");
    add_activation(scope + "normact2");
  }

  std::vector<Variable> variables_;
};

std::vector<Variable> family(bool skips, std::int64_t sources) {
  return Family{skips, sources}.variables();
}

TEST_F(Import, ABirdPresetLeavesOnlyTheConsistencyToSay) {
  ImportOptions options;
  options.preset = "bird-mixit-4";
  const auto bird = [](std::vector<Variable>& variables) { variables = family(true, 4); };

  EXPECT_NE(error_with(options, bird).find("none, uniform, magsq"), std::string::npos);
  options.consistency = Consistency::uniform;
  const TdcnConfig config = import(options, bird).config;
  EXPECT_EQ(config.sample_rate_hz, 22050);
  EXPECT_EQ(config.window_samples, 22);
  EXPECT_EQ(config.hop_samples, 11);
  EXPECT_EQ(config.dilations, 8);
  EXPECT_EQ(config.repeats, 2);
  EXPECT_TRUE(config.skips);
  EXPECT_EQ(config.consistency, Consistency::uniform);
}

TEST_F(Import, APresetOfAnotherSizeIsRefused) {
  ImportOptions options;
  options.preset = "bird-mixit-8";
  options.consistency = Consistency::magsq;

  EXPECT_NE(error_with(options, [](auto& variables) { variables = family(true, 4); }).find("4 sources"),
            std::string::npos);
  EXPECT_NE(error_with(options, [](auto& variables) { variables = family(false, 8); }).find("skip"), std::string::npos);
}

TEST_F(Import, TheModelSaysWhereItCameFrom) {
  VEERY_NEED_SHARED_GOLDENS();
  ImportOptions options;
  options.sample_rate_hz = 16000;
  options.dilations = 2;

  const Model model = import_checkpoint(shared_goldens() / "train-mixit/step4.ckpt", options);

  EXPECT_EQ(model.provenance.at("global_step"), "4");
  EXPECT_EQ(model.provenance.at("source"), "TensorFlow checkpoint step4.ckpt");
  EXPECT_EQ(model.provenance.at("sha256 of index").size(), 64U);
}

}  // namespace
}  // namespace veery::test
