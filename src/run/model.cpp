#include <cstdio>
#include <string>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/model_options.hpp>
#include <veery/separation/import_checkpoint.hpp>
#include <veery/separation/separation_model.hpp>

namespace veery {
namespace {

void print_line(const std::string& name, const std::string& value) {
  std::printf("%s: %s\n", name.c_str(), value.c_str());
}

}  // namespace

int run_model_import(const ModelImportOptions& options) {
  if (std::filesystem::is_regular_file(options.checkpoint) && is_torchscript(options.checkpoint)) {
    throw UsageError{"a TorchScript module needs no import", options.checkpoint.string(), "use it as it is"};
  }
  write_model(options.output, import_checkpoint(options.checkpoint, options.settings));
  return run_model_info(options.output);
}

int run_model_info(const std::filesystem::path& model) {
  const ModelInfo info = read_model_info(model);
  print_line("model", printable(info.name));
  print_line("digest", info.digest);
  for (const auto& [name, value] : info.description) print_line(name, value);
  return exit_code::kDone;
}

}  // namespace veery
