#include "run/on_lead.hpp"

#include <exception>
#include <string>

#include <veery/base/error.hpp>
#include <veery/run/commands.hpp>

namespace veery {

void on_lead(Communicator& world, const std::function<void()>& work) {
  std::string failure;
  std::string code = std::to_string(exit_code::kFailed);
  if (world.rank() == 0) {
    try {
      work();
    } catch (const UsageError& problem) {
      failure = problem.what();
      code = std::to_string(exit_code::kUsage);
    } catch (const std::exception& problem) {
      failure = problem.what();
    }
  }
  world.broadcast(failure);
  if (failure.empty()) return;
  world.broadcast(code);
  throw AgreedFailure{failure, std::stoi(code)};
}

}  // namespace veery
