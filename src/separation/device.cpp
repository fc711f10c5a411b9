#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>

#include <filesystem>

#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/text.hpp>
#include <veery/separation/device.hpp>

#include "separation/first_line.hpp"

namespace veery {
namespace {

std::string last_dl_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "no reason given" : text;
}

/// Loads the library for good. Returns why it can't, or "".
std::string load(const std::filesystem::path& library, int flags) {
  return ::dlopen(library.c_str(), flags) == nullptr ? last_dl_error() : "";
}

/// libtorch_cuda lies beside libtorch_cpu, and registers itself when loaded.
std::string load_cuda() {
  // A machine without a driver is spared a library of a gigabyte.
  if (const std::string why = load("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL); !why.empty()) {
    return "no NVIDIA driver: " + why;
  }
  Dl_info cpu_library{};
  if (::dladdr(reinterpret_cast<const void*>(&at::globalContext), &cpu_library) == 0) return last_dl_error();
  const std::filesystem::path folder = std::filesystem::path{cpu_library.dli_fname}.parent_path();
  return load(folder / "libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
}

struct Gpus {
  int count = 0;
  std::string why_none;
};

Gpus find_gpus() {
  static const std::string why_not = load_cuda();
  if (!why_not.empty()) return {0, why_not};
  if (!c10::impl::hasDeviceGuardImpl(at::kCUDA)) return {0, "libtorch_cuda has not registered itself"};
  const int count = static_cast<unsigned char>(c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount());
  return {count, count == 0 ? "no GPU is visible (driver, CUDA_VISIBLE_DEVICES?)" : ""};
}

/// Why nothing can be stored on the GPU, or "". The first tensor starts the driver, which may refuse.
std::string why_unusable(const at::Device& device) {
  try {
    static_cast<void>(at::empty({1}, at::TensorOptions{}.device(device)));
  } catch (const c10::Error& error) {
    return separation::first_line(error.what_without_backtrace());
  }
  return "";
}

ComputeDevice gpu_device(int number) {
  const at::Device device{at::kCUDA, static_cast<c10::DeviceIndex>(number)};
  return {device, device.str(), ""};
}

[[noreturn]] void refuse_gpu(const std::string& wanted, const std::string& why) {
  throw Error{"no GPU can be used (" + wanted + ")", why, "use --device cpu, or auto"};
}

/// The number of cuda:N, nullopt for plain cuda.
std::optional<int> device_number(const std::string& wanted) {
  if (wanted == "cuda") return std::nullopt;
  const std::string prefix = "cuda:";
  if (wanted.starts_with(prefix)) {
    const std::optional<int> number = parse_number<int>(wanted.substr(prefix.size()));
    if (number && *number >= 0) return number;
  }
  throw UsageError{"no such device", "\"" + printable(wanted) + "\"", "there are: auto, cpu, cuda, cuda:N"};
}

}  // namespace

void check_device_name(const std::string& wanted) {
  if (wanted != "auto" && wanted != "cpu") static_cast<void>(device_number(wanted));
}

ComputeDevice choose_device(const std::string& wanted, int gpu) {
  if (wanted == "cpu") return {};
  const bool is_auto = wanted == "auto";
  const std::optional<int> number = is_auto ? std::nullopt : device_number(wanted);
  const Gpus gpus = find_gpus();
  std::string why = gpus.why_none;
  if (gpus.count > 0) {
    const int chosen = number.value_or(gpu % gpus.count);
    if (chosen >= gpus.count) refuse_gpu(wanted, std::to_string(gpus.count) + " visible, counted from 0");
    ComputeDevice device = gpu_device(chosen);
    why = why_unusable(device.device);
    if (why.empty()) return device;
  }
  if (!is_auto) refuse_gpu(wanted, why);
  ComputeDevice cpu;
  cpu.note = why;
  return cpu;
}

std::optional<std::size_t> free_memory(const ComputeDevice& device) {
  if (device.is_cpu()) return std::nullopt;
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  c10::DeviceAllocator& allocator = *c10::getDeviceAllocator(device.device.type());
  const auto stats = allocator.getDeviceStats(device.device.index());
  const std::int64_t reserve = stats.reserved_bytes.at(kAll).current - stats.allocated_bytes.at(kAll).current;
  return allocator.getMemoryInfo(device.device.index()).first + static_cast<std::size_t>(reserve);
}

}  // namespace veery
