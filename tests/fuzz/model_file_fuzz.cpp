// The reader of model files: whatever the bytes, a model or an Error.
#include <filesystem>

#include <veery/base/error.hpp>
#include <veery/separation/model_file.hpp>

#include "fuzz/fuzz_target.hpp"
#include "separation/checkpoint_writer.hpp"
#include "separation/seeded_model.hpp"
#include "support/temporary_folder.hpp"

namespace veery::fuzz {
namespace {

const std::filesystem::path& folder() {
  static const test::TemporaryFolder made;
  return made.path();
}

}  // namespace

std::vector<std::string> seeds() {
  TdcnConfig config = test::small_config();
  config.coefficients = 4;
  config.bottleneck = 3;
  config.conv_channels = 4;
  config.dilations = 1;
  write_model(folder() / "seed.h5", test::seeded_model(config));
  return {test::bytes_of(folder() / "seed.h5")};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  test::write_bytes(fuzz::folder() / "model.h5", {reinterpret_cast<const char*>(bytes), size});
  try {
    static_cast<void>(read_model(fuzz::folder() / "model.h5"));
  } catch (const Error&) {
  }
  return 0;
}
