#pragma once
// Where the program finds what ships with it.
#include <filesystem>
#include <optional>

namespace veery {

/// share/veery/NAME beside the folder of `program`, else NAME of the source tree that it was built in; nothing if
/// neither is there.
[[nodiscard]] std::optional<std::filesystem::path> find_shipped(const std::filesystem::path& program,
                                                                const std::filesystem::path& name);

/// `asked`, else the model that ships with this program. Throws UsageError if there is none.
[[nodiscard]] std::filesystem::path asked_or_shipped_model(const std::filesystem::path& asked);

}  // namespace veery
