#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/separation/separation_model.hpp>

#include "separation/checkpoint_writer.hpp"
#include "separation/seeded_model.hpp"
#include "separation/shared_by_threads.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

/// A low and a high half that add up to the mixture, scaled by a parameter.
constexpr const char* kTwoHalves = R"(
def forward(self, x):
    low = 0.5 * (x + torch.roll(x, 1, 1))
    return torch.stack([self.gain * low, x - self.gain * low], 1)
)";

class Script : public testing::Test {
 protected:
  /// Saves a module with this body of `forward`, and `rate` as its sample_rate.
  std::filesystem::path save(const std::string& forward, const c10::IValue& rate = std::int64_t{8000},
                             const std::string& rate_name = "sample_rate") {
    torch::jit::Module module{"Separator"};
    module.register_parameter("gain", at::ones({1}), /*is_buffer=*/false);
    if (!rate.isNone()) module.register_attribute(rate_name, rate.type(), rate);
    module.define(forward + "\n");
    module.save((folder_ / "model.pt").string());
    return folder_ / "model.pt";
  }
  std::string load_error(const std::filesystem::path& path, const LoadOptions& options = {}) {
    try {
      static_cast<void>(load_model(path, options));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  static LoadOptions at_rate(int rate_hz) {
    LoadOptions options;
    options.sample_rate_hz = rate_hz;
    return options;
  }

  const TemporaryFolder folder_;
};

TEST_F(Script, IsTakenAsItIs) {
  const auto path = save(kTwoHalves);
  const auto model = load_model(path, {});
  const at::Tensor mixtures = noise_mixtures(3, 5000);

  const at::Tensor stems = model->separate(mixtures);

  ASSERT_EQ(stems.sizes(), (at::IntArrayRef{3, 2, 5000}));
  EXPECT_TRUE(at::allclose(stems.sum(1), mixtures));
  EXPECT_TRUE(at::allclose(stems.select(1, 0), 0.5 * (mixtures + at::roll(mixtures, 1, 1))));
  EXPECT_EQ(model->info().sample_rate_hz, 8000);
  EXPECT_EQ(model->info().sources, 2);
  EXPECT_EQ(model->info().name, "model.pt");
  EXPECT_EQ(model->info().digest, digest_file(path).sha256);
  EXPECT_TRUE(is_torchscript(path));
}

TEST_F(Script, EqualInputGivesEqualOutputHoweverOftenItRan) {
  const auto model = load_model(save(kTwoHalves), {});
  const at::Tensor mixtures = noise_mixtures(2, 3000);
  const at::Tensor first = model->separate(mixtures);

  for (int call = 0; call < 5; ++call) EXPECT_TRUE(at::equal(model->separate(mixtures), first)) << call;
}

TEST_F(Script, ThreadsShareIt) {
  test::expect_shared_by_threads(*load_model(save(kTwoHalves), {}));
}

TEST_F(Script, TheRateComesFromTheFileOrFromTheCaller) {
  EXPECT_EQ(load_model(save(kTwoHalves, std::int64_t{22050}, "sample_rate_hz"), {})->info().sample_rate_hz, 22050);
  EXPECT_EQ(load_model(save(kTwoHalves, 44100.0), at_rate(44100))->info().sample_rate_hz, 44100);
  EXPECT_THROW(static_cast<void>(load_model(folder_ / "model.pt", at_rate(16000))), UsageError);

  const auto silent = save(kTwoHalves, c10::IValue{});
  EXPECT_EQ(load_model(silent, at_rate(32000))->info().sample_rate_hz, 32000);
  EXPECT_EQ(read_model_info(silent).sample_rate_hz, 0);
  EXPECT_THROW(static_cast<void>(load_model(silent, {})), UsageError);
  EXPECT_THROW(static_cast<void>(load_model(silent, at_rate(0))), UsageError);
}

TEST_F(Script, ARateThatIsNoneIsAnError) {
  for (const c10::IValue& rate : {c10::IValue{std::int64_t{0}}, c10::IValue{std::int64_t{-8000}}, c10::IValue{8000.5},
                                  c10::IValue{std::int64_t{1} << 40}, c10::IValue{"fast"}}) {
    const std::string error = load_error(save(kTwoHalves, rate));

    EXPECT_NE(error.find("sample_rate"), std::string::npos) << error;
    EXPECT_NE(error.find("model.pt"), std::string::npos) << error;
  }
}

TEST_F(Script, ModulesOfAnotherShapeAreRefusedWithIt) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"def forward(self, x):\n    return x", "[1, 8000]"},
      {"def forward(self, x):\n    return x.unsqueeze(1)[:, :, :-1]", "[1, 1, 7999]"},
      {"def forward(self, x):\n    return torch.stack([x, x], 2)", "[1, 8000, 2]"},
      {"def forward(self, x):\n    return (x, x)", "no tensor"},
      {"def forward(self, x):\n    return x.unsqueeze(1).long()", "no tensor"},
      {"def separate(self, x):\n    return x", "no method forward"},
      {"def forward(self, x, y):\n    return x + y", "y"},
  };
  for (const auto& [body, reason] : cases) {
    const std::string error = load_error(save(body));

    EXPECT_NE(error.find(reason), std::string::npos) << body << "\n" << error;
    EXPECT_NE(error.find("model.pt"), std::string::npos) << error;
  }
}

TEST_F(Script, AnOutputThatIsShorterForSomeLengthsIsAnError) {
  const auto model = load_model(save("def forward(self, x):\n"
                                     "    return x[:, : x.size(1) // 10 * 10].unsqueeze(1)"),
                                {});

  EXPECT_EQ(model->separate(noise_mixtures(1, 120)).size(2), 120);
  try {
    static_cast<void>(model->separate(noise_mixtures(1, 127)));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find("[1, 1, 120] where [1, 1, 127]"), std::string::npos) << error.what();
  }
}

TEST_F(Script, WhatItThrowsIsAnErrorInOneLine) {
  const auto model = load_model(save("def forward(self, x):\n"
                                     "    assert x.size(1) >= 100, 'too short for me'\n"
                                     "    return x.unsqueeze(1)"),
                                {});
  try {
    static_cast<void>(model->separate(noise_mixtures(1, 99)));
    FAIL() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("too short for me"), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
  const std::string mismatch = load_error(save("def forward(self, x):\n    return x + torch.ones([3])"));
  EXPECT_NE(mismatch.find("must match the size"), std::string::npos) << mismatch;
}

TEST_F(Script, MemoryThatAGpuLacksKeepsItsType) {
  const auto model = load_model(save("def forward(self, x):\n"
                                     "    assert x.size(1) != 77, 'CUDA out of memory. Tried to allocate 9 GiB.'\n"
                                     "    return x.unsqueeze(1)"),
                                {});

  EXPECT_THROW(static_cast<void>(model->separate(noise_mixtures(1, 77))), c10::OutOfMemoryError);
}

TEST_F(Script, ADamagedFileIsNamed) {
  const std::string bytes = bytes_of(save(kTwoHalves));
  for (const std::string& damaged :
       {bytes.substr(0, bytes.size() / 2), bytes.substr(0, 4), "PK\x03\x04" + std::string(4000, 'x')}) {
    write_bytes(folder_ / "bad.pt", damaged);

    EXPECT_NE(load_error(folder_ / "bad.pt").find("bad.pt"), std::string::npos) << damaged.size();
  }
}

TEST_F(Script, HasThePrecisionThatItWasMadeWith) {
  const auto path = save(kTwoHalves);
  for (const Precision precision : {Precision::bfloat16, Precision::float16}) {
    LoadOptions options;
    options.precision = precision;
    EXPECT_THROW(static_cast<void>(load_model(path, options)), UsageError);
  }
}

}  // namespace
}  // namespace veery::test
