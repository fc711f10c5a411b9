#include "faults.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

namespace faults {
namespace {

constexpr off_t kBlockBytes = 64 * 1024;
constexpr off_t kReadUnharmed = 100 * 1024;

constexpr std::array<std::pair<std::string_view, Kind>, 10> kKinds{{{"short_read", Kind::short_read},
                                                                    {"short_write", Kind::short_write},
                                                                    {"eintr", Kind::eintr},
                                                                    {"eio_read", Kind::eio_read},
                                                                    {"eio_write", Kind::eio_write},
                                                                    {"enospc", Kind::enospc},
                                                                    {"edquot", Kind::edquot},
                                                                    {"estale", Kind::estale},
                                                                    {"rename", Kind::rename},
                                                                    {"fsync", Kind::fsync}}};
constexpr std::array<std::pair<std::string_view, Operation>, 6> kOperations{{{"open", Operation::open},
                                                                             {"read", Operation::read},
                                                                             {"write", Operation::write},
                                                                             {"fsync", Operation::fsync},
                                                                             {"rename", Operation::rename},
                                                                             {"unlink", Operation::unlink}}};

template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [name, entry] : table) {
    if (entry == value) return name;
  }
  return "?";
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

struct Settings {
  std::vector<std::string> paths = split(variable("FAULT_PATH"), ':');
  std::vector<std::string> kinds = split(variable("FAULT_KINDS"), ',');
  std::vector<std::string> kill = split(variable("FAULT_KILL"), ':');            ///< OP, WHEN, TEXT, N
  std::vector<std::string> recording = split(variable("FAULT_RECORDING"), ':');  ///< ACTION, TEXT
  std::uint64_t seed = std::strtoull(variable("FAULT_SEED").c_str(), nullptr, 10);
  std::uint64_t rank = std::strtoull(variable("OMPI_COMM_WORLD_RANK").c_str(), nullptr, 10);
  double rate = std::strtod(variable("FAULT_RATE").c_str(), nullptr);
  std::uint64_t after = std::strtoull(variable("FAULT_AFTER").c_str(), nullptr, 10);
  long most = variable("FAULT_MAX").empty() ? -1 : std::strtol(variable("FAULT_MAX").c_str(), nullptr, 10);
  bool transient = variable("FAULT_TRANSIENT") == "1";
  std::string log = variable("FAULT_LOG");
};

const Settings& settings() {
  static const Settings kSettings;
  return kSettings;
}

struct State {
  std::atomic<std::uint64_t> calls{0};
  std::atomic<long> injected{0};
  std::atomic<long> kill_calls{0};
  std::array<std::atomic<std::uint64_t>, 1024> failed{};  ///< calls that are to succeed next
  std::array<std::atomic<bool>, 4096> stale{};            ///< by descriptor
};

State& state() {
  static State state;
  return state;
}

std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

std::uint64_t hash(std::string_view text, std::uint64_t value) {
  for (const char character : text) value = mix(value * 31 + static_cast<unsigned char>(character) + 1);
  return value;
}

double fraction(std::uint64_t value) {
  return static_cast<double>(mix(value) >> 11U) * 0x1p-53;
}

bool fits(Kind kind, Operation operation) {
  switch (kind) {
    case Kind::short_read:
    case Kind::eio_read:
    case Kind::estale:
      return operation == Operation::read;
    case Kind::short_write:
    case Kind::eio_write:
      return operation == Operation::write;
    case Kind::enospc:
    case Kind::edquot:
      return operation == Operation::write || operation == Operation::open;
    case Kind::eintr:
      return operation == Operation::read || operation == Operation::write || operation == Operation::fsync;
    case Kind::rename:
      return operation == Operation::rename;
    case Kind::fsync:
      return operation == Operation::fsync;
  }
  return false;
}

bool holds(const Call& call, std::string_view text) {
  return call.path.find(text) != std::string::npos || call.new_path.find(text) != std::string::npos;
}

bool is_meant(const Call& call) {
  for (const std::string& path : settings().paths) {
    if (holds(call, path)) return true;
  }
  return false;
}

void note(Kind kind, const Call& call) {
  if (settings().log.empty()) return;
  const std::string line = std::string{name_in(kKinds, kind)} + " " +
                           std::string{name_in(kOperations, call.operation)} + " " + call.path + " " +
                           std::to_string(call.offset) + "\n";
  // System calls, so that nothing here is met by the functions that stand in for them.
  const long log =
      syscall(SYS_openat, AT_FDCWD, settings().log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (log < 0) return;
  static_cast<void>(syscall(SYS_write, log, line.data(), line.size()));
  syscall(SYS_close, log);
}

std::atomic<bool>* stale_mark(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  return descriptor >= 0 && index < state().stale.size() ? &state().stale[index] : nullptr;
}

/// One of the kinds that fit, each as likely; and whether it lasts.
std::optional<Kind> draw(const Call& call) {
  std::vector<Kind> fitting;
  for (const auto& [name, kind] : kKinds) {
    for (const std::string& wanted : settings().kinds) {
      if (wanted == name && fits(kind, call.operation)) fitting.push_back(kind);
    }
  }
  if (fitting.empty()) return std::nullopt;
  const std::uint64_t seed = mix(settings().seed + 1);
  for (const Kind kind : fitting) {
    if (kind != Kind::eio_read || settings().transient) continue;
    const auto block = static_cast<std::uint64_t>(call.offset / kBlockBytes);
    if (fraction(hash(call.path, seed + block)) < settings().rate) return kind;
  }
  const std::uint64_t calls = state().calls++;
  const std::uint64_t number = mix(seed + (settings().rank << 40U) + calls);
  if (calls < settings().after || fraction(number) >= settings().rate) return std::nullopt;
  const Kind kind = fitting[mix(number + 1) % fitting.size()];
  if (kind == Kind::eio_read && !settings().transient) return std::nullopt;
  if (settings().most >= 0 && state().injected++ >= settings().most) return std::nullopt;
  return kind;
}

}  // namespace

std::optional<Kind> choose_fault(const Call& call) {
  if (settings().kinds.empty() || !is_meant(call)) return std::nullopt;
  std::atomic<bool>* const stale = call.operation == Operation::read ? stale_mark(call.descriptor) : nullptr;
  if (stale != nullptr && *stale) return Kind::estale;
  const std::uint64_t key = hash(call.path, static_cast<std::uint64_t>(call.operation)) | 1U;
  std::atomic<std::uint64_t>& failed = state().failed[key / 2 % state().failed.size()];
  if (settings().transient && failed.load() == key) {
    failed = 0;
    return std::nullopt;
  }
  const std::optional<Kind> kind = draw(call);
  if (!kind) return std::nullopt;
  if (settings().transient) failed = key;
  if (*kind == Kind::estale && !settings().transient && stale != nullptr) *stale = true;
  note(*kind, call);
  return kind;
}

int errno_of(Kind kind) {
  switch (kind) {
    case Kind::eintr:
      return EINTR;
    case Kind::enospc:
      return ENOSPC;
    case Kind::edquot:
      return EDQUOT;
    case Kind::estale:
      return ESTALE;
    default:
      return EIO;
  }
}

bool is_kill_point(const Call& call) {
  const std::vector<std::string>& kill = settings().kill;
  if (kill.size() != 4 || name_in(kOperations, call.operation) != kill[0] || !holds(call, kill[2])) return false;
  return ++state().kill_calls == std::strtol(kill[3].c_str(), nullptr, 10);
}

void kill_if(bool here, std::string_view when) {
  if (here && settings().kill[1] == when) ::kill(::getpid(), SIGKILL);
  if (here && when == "before" && settings().kill[1] == "stop") ::kill(::getpid(), SIGSTOP);
}

void act_on_recording(const Call& call, ssize_t count) {
  const std::vector<std::string>& recording = settings().recording;
  if (recording.size() != 2 || count <= 0 || call.offset + count <= kReadUnharmed || !holds(call, recording[1])) return;
  const std::string& action = recording[0];
  if (action == "kill") ::kill(::getpid(), SIGKILL);
  if (action == "abort") std::abort();
  while (action == "hang") ::pause();
  if (action == "stop") ::raise(SIGSTOP);
  if (action == "slow") std::this_thread::sleep_for(std::chrono::milliseconds{50});
  if (action == "crash") *const_cast<volatile int*>(static_cast<const int*>(nullptr)) = 0;
}

void forget_descriptor(int descriptor) {
  if (std::atomic<bool>* const stale = stale_mark(descriptor)) *stale = false;
}

}  // namespace faults
