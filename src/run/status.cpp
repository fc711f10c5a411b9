#include <cstdio>

#include <veery/run/commands.hpp>
#include <veery/state/status_file.hpp>

namespace veery {

int run_status(const std::filesystem::path& output, bool as_json) {
  std::fputs(describe_status(output, as_json).c_str(), stdout);
  return exit_code::kDone;
}

}  // namespace veery
