#include <cstdlib>

#include <veery/run/environment.hpp>

namespace veery {

std::optional<std::string> process_environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

std::optional<Announcement> announced_ranks() {
  return announced_ranks(process_environment);
}

void check_launcher(const Communicator& world, const std::optional<Announcement>& announced) {
  const std::string library = Communicator::library();  // "Open MPI v4.1.4, package: …"
  refuse_lone_rank(world.size(), announced, library.substr(0, library.find(',')));
}

}  // namespace veery
