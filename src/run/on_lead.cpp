#include "run/on_lead.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/run/commands.hpp>
#include <veery/state/status_file.hpp>

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

void on_every_rank(Communicator& world, const std::function<void(const std::function<bool()>& stop)>& work) {
  constexpr int kStopTag = 1;
  std::string failure;
  bool stopped = false;
  const auto stop = [&] {
    while (world.poll()) stopped = true;
    return stopped;
  };
  try {
    work(stop);
  } catch (const std::exception& problem) {
    failure = problem.what();
    for (int rank = 0; rank < world.size(); ++rank)
      if (rank != world.rank()) world.send(rank, kStopTag, "stop");
  }
  const std::vector<std::string> all = world.gather(failure);
  const auto first = std::find_if(all.begin(), all.end(), [](const std::string& text) { return !text.empty(); });
  std::string agreed = first == all.end() ? "" : *first;
  world.broadcast(agreed);
  static_cast<void>(stop());
  if (!agreed.empty()) throw AgreedFailure{agreed, exit_code::kFailed};
}

void end_status(const std::filesystem::path& output, const AgreedFailure& failure, const std::string& earlier) {
  if (failure.code() == exit_code::kUsage) {
    restore_status(output, earlier);
  } else {
    note_end(output, failure.code(), failure.what());
  }
}

int code_of_lead(Communicator& world, int code) {
  std::string text = std::to_string(code);
  world.broadcast(text);
  return std::stoi(text);
}

}  // namespace veery
