#pragma once
// Where a network runs. LibTorch's CUDA libraries are loaded when a GPU is asked for,
// never before: one program serves machines with and without.
#include <c10/core/Device.h>

#include <cstddef>
#include <optional>
#include <string>

namespace veery {

struct ComputeDevice {
  at::Device device{at::kCPU};
  std::string name = "CPU";  ///< CPU or cuda:N
  std::string note;          ///< why `auto` came to the CPU, else empty

  [[nodiscard]] bool is_cpu() const { return device.is_cpu(); }
};

/// Throws UsageError for what names no device on any machine.
void check_device_name(const std::string& wanted);

/// `wanted`: auto (a GPU if one is usable, else the CPU), cpu, cuda (number `gpu`, modulo those
/// visible), or cuda:N. Throws UsageError for another text, Error with the reason (driver, library, none
/// visible) when a GPU is asked for and not usable. Call it before other work with tensors: LibTorch looks for
/// its CUDA libraries once. Thread-safe.
[[nodiscard]] ComputeDevice choose_device(const std::string& wanted, int gpu);

/// Bytes free on a GPU, what LibTorch holds in reserve included. nullopt on the CPU.
[[nodiscard]] std::optional<std::size_t> free_memory(const ComputeDevice& device);

}  // namespace veery
