#pragma once
// Which GPUs a process sees, and where in the machine they sit.
#include <string>
#include <vector>

namespace veery {

struct Gpu {
  std::string uuid;     ///< what `nvidia-smi -L` shows behind GPU- or MIG-: the same for all that see it
  std::string pci_bus;  ///< "0000:c7:00.0", as folders in /sys/bus/pci/devices are named
};

/// The GPUs that LibTorch numbers from 0, in that order; empty without a driver. Starts no work on them. Source: CUDA
/// driver API, cuDeviceGetUuid and cuDeviceGetPCIBusId. Thread-safe.
[[nodiscard]] std::vector<Gpu> visible_gpus();

}  // namespace veery
