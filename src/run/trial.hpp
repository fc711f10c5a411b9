#pragma once
// A recording tried in a process of its own, which may die of it.
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include <veery/run/options.hpp>

namespace veery {

/// Starts this program anew with `arguments` and the trial, and waits. Why it failed: the signal that ended it, or that
/// it took longer than `limit_s`. None when it passed, or `dropped` was set. From any thread. Throws Error when no
/// process can be started.
[[nodiscard]] std::optional<std::string> try_in_own_process(const std::vector<std::string>& arguments,
                                                            const TrialOptions& trial, double limit_s,
                                                            const std::atomic<bool>& dropped);

}  // namespace veery
