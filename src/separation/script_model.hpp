#pragma once
// A TorchScript module: [batch, sample] → [batch, source, sample], taken as it is.
#include <filesystem>
#include <memory>

#include <veery/separation/separation_model.hpp>

namespace veery::separation {

/// With `needs_rate` throws UsageError when neither file nor options tell the rate.
[[nodiscard]] std::unique_ptr<SeparationModel> load_script_model(const std::filesystem::path& path,
                                                                 const LoadOptions& options, bool needs_rate);

}  // namespace veery::separation
