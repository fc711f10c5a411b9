#pragma once
// What an output folder holds, by its options.json.
#include <filesystem>

namespace veery {

enum class RunKind { archive, training };

/// Throws UsageError when the folder holds a run of the other kind; nothing where it holds none or a damaged one.
void require_run_of(RunKind kind, const std::filesystem::path& output);

}  // namespace veery
