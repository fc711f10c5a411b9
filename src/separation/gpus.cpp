#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include <veery/separation/gpus.hpp>

namespace veery {
namespace {

/// Of the driver, which may be absent: looked up by name, not linked. Declared as in CUDA's cuda.h.
class Driver {
 public:
  using Result = int;  // 0: done
  struct Uuid {
    std::array<unsigned char, 16> bytes;
  };

  Driver() : library_(::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL)) {
    if (library_ == nullptr) return;
    find(init_, "cuInit");
    find(count_, "cuDeviceGetCount");
    find(device_, "cuDeviceGet");
    find(bus_, "cuDeviceGetPCIBusId");
    find(uuid_, "cuDeviceGetUuid_v2");  // tells parts of a GPU (MIG) apart
    if (uuid_ == nullptr) find(uuid_, "cuDeviceGetUuid");
  }

  [[nodiscard]] int count() const {
    int found = 0;
    const bool complete = init_ && count_ && device_ && bus_ && uuid_;
    return complete && init_(0) == 0 && count_(&found) == 0 ? found : 0;
  }

  [[nodiscard]] Gpu describe(int number) const {
    Gpu gpu;
    int device = 0;
    if (device_(&device, number) != 0) return gpu;
    std::array<char, 64> bus{};
    if (bus_(bus.data(), static_cast<int>(bus.size()) - 1, device) == 0) gpu.pci_bus = bus.data();
    std::transform(gpu.pci_bus.begin(), gpu.pci_bus.end(), gpu.pci_bus.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    Uuid uuid{};
    if (uuid_(&uuid, device) == 0) gpu.uuid = text_of(uuid);
    return gpu;
  }

 private:
  template <typename Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(library_, name));
  }

  static std::string text_of(const Uuid& uuid) {
    std::string text;
    std::array<char, 3> hex{};
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
      std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned>(uuid.bytes[i]));
      text += hex.data();
    }
    return text;
  }

  void* library_;  // for good: CUDA does not like to be unloaded
  Result (*init_)(unsigned int) = nullptr;
  Result (*count_)(int*) = nullptr;
  Result (*device_)(int*, int) = nullptr;
  Result (*bus_)(char*, int, int) = nullptr;
  Result (*uuid_)(Uuid*, int) = nullptr;
};

}  // namespace

std::vector<Gpu> visible_gpus() {
  const Driver driver;
  std::vector<Gpu> gpus;
  const int count = driver.count();
  gpus.reserve(static_cast<std::size_t>(count));
  for (int number = 0; number < count; ++number) gpus.push_back(driver.describe(number));
  return gpus;
}

}  // namespace veery
