#include "run/run_kind.hpp"

#include <nlohmann/json.hpp>

#include <system_error>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>

namespace veery {
namespace {

constexpr const char* kOfTraining = "DATASET";  ///< a key that only trainings have

}  // namespace

void require_run_of(RunKind kind, const std::filesystem::path& output) {
  const std::filesystem::path file = output / output_name::kOptions;
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) return;
  const auto options = nlohmann::json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!options.is_object()) return;
  const RunKind found = options.contains(kOfTraining) ? RunKind::training : RunKind::archive;
  if (found == kind) return;
  throw UsageError{
      found == RunKind::training ? "the output folder holds a training" : "the output folder holds no training",
      output.string(), "choose another --output"};
}

}  // namespace veery
