#pragma once
#include <veery/base/environment.hpp>
#include <veery/mpi/communicator.hpp>

namespace veery {

/// This process's environment. Not while another thread sets variables.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& variable);

/// Throws UsageError when a launcher speaks of several ranks, and `world` is one alone (mpi/launcher.hpp).
void check_launcher(const Communicator& world);

}  // namespace veery
