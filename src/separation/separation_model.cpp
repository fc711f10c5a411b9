#include <fcntl.h>

#include <array>
#include <span>
#include <string>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/separation/separation_model.hpp>

#include "separation/script_model.hpp"
#include "separation/tdcn_model.hpp"

namespace veery {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n"sv;
constexpr std::string_view kZip = "PK\x03\x04"sv;

std::string first_bytes(const std::filesystem::path& path) {
  std::array<char, kHdf5.size()> bytes{};
  const FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  return {bytes.data(), file.read_at(0, std::as_writable_bytes(std::span{bytes}))};
}

std::unique_ptr<SeparationModel> load(const std::filesystem::path& path, const LoadOptions& options, bool needs_rate) {
  if (is_torchscript(path)) return separation::load_script_model(path, options, needs_rate);
  if (first_bytes(path) != kHdf5) {
    throw Error{"can't load the separation model", path.string(),
                "it is neither a model file (veery model import makes one) nor a TorchScript module"};
  }
  return std::make_unique<separation::TdcnModel>(path, options);
}

}  // namespace

std::unique_ptr<SeparationModel> load_model(const std::filesystem::path& path, const LoadOptions& options) {
  return load(path, options, /*needs_rate=*/true);
}

bool is_torchscript(const std::filesystem::path& path) {
  return first_bytes(path).starts_with(kZip);
}

ModelInfo read_model_info(const std::filesystem::path& path) {
  return load(path, LoadOptions{}, /*needs_rate=*/false)->info();
}

}  // namespace veery
