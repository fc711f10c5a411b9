#include "state/lease_text.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <veery/base/digest.hpp>
#include <veery/state/utc.hpp>

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

std::string first_line(const std::string& path) {
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return line;
}

/// Empty where the system does not tell.
std::string this_system() {
  std::error_code failure;
  const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  const std::string pids = std::filesystem::read_symlink("/proc/self/ns/pid", failure).string();
  return boot.empty() || pids.empty() ? std::string{} : boot + " " + pids;
}

/// The 22nd field of its stat line, behind the name, which may hold anything; empty: no such process.
std::string start_of_process(long pid) {
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields{line.substr(name_end + 1)};
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return {};
  std::string field;
  for (int i = 0; i < 19; ++i) fields >> field;
  return field;
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

LeaseText new_lease_text() {
  LeaseText lease;
  lease.host = host_name();
  lease.system = this_system();
  lease.pid = ::getpid();
  lease.process_start = start_of_process(lease.pid);
  std::random_device random;
  lease.token = hex64((std::uint64_t{random()} << 32U) | random());
  return lease;
}

std::string to_text(const LeaseText& lease) {
  const Json json{{"kind", "veery.lease"},  {"host", lease.host},
                  {"pid", lease.pid},       {"beaten_at", utc_now()},
                  {"beat", lease.beat},     {"token", lease.token},
                  {"system", lease.system}, {"process_start", lease.process_start}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

LeaseText parse_lease(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    return {json.at("host"),  json.at("system"), json.at("pid"),      json.at("process_start"),
            json.at("token"), json.at("beat"),   json.at("beaten_at")};
  } catch (const Json::exception&) {
    LeaseText unknown;
    unknown.host = "(unknown)";
    unknown.token = "unknown";
    return unknown;
  }
}

Life life_of(const LeaseText& holder) {
  const std::string here = this_system();
  if (here.empty() || holder.system != here) return Life::unknown;
  return start_of_process(holder.pid) == holder.process_start ? Life::alive : Life::gone;
}

}  // namespace veery
