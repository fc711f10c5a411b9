#include "run/shipped.hpp"

#include <veery/base/error.hpp>

namespace veery {

namespace fs = std::filesystem;

std::optional<fs::path> find_shipped(const fs::path& program, const fs::path& name) {
  const fs::path bin = program.parent_path();
  for (const fs::path& place : {bin / "../share/veery" / name, bin / "../../.." / name}) {
    std::error_code failure;
    fs::path found = fs::canonical(place, failure);
    if (!failure) return found;
  }
  return std::nullopt;
}

fs::path asked_or_shipped_model(const fs::path& asked) {
  if (!asked.empty()) return asked;
  const fs::path program = fs::read_symlink("/proc/self/exe");
  if (auto model = find_shipped(program, "models/default.h5")) return *std::move(model);
  throw UsageError{"there is no model beside the program", program.string(),
                   "name a model file (veery model import) or a TorchScript module with --model"};
}

}  // namespace veery
