// veery_describe man|bash|zsh|fish: the man page and the shells' completions, for the build to install.
#include <cstdio>
#include <exception>
#include <string>

#include <veery/base/error.hpp>
#include <veery/base/version.hpp>
#include <veery/run/commands.hpp>

#include "cli/arguments.hpp"
#include "cli/describe/texts.hpp"

namespace veery {
namespace {

std::string describe(const std::string& wanted) {
  CLI::App app;
  Arguments arguments;
  add_commands(app, arguments);
  const CommandText program = describe_commands(app);
  if (wanted == "man") return man_page(program, program_version(), program_commit_date());
  if (wanted == "bash") return bash_completion(program);
  if (wanted == "zsh") return zsh_completion(program);
  if (wanted == "fish") return fish_completion(program);
  throw UsageError{"no such description", wanted, "usage: veery_describe man|bash|zsh|fish"};
}

int run(int argc, char** argv) {
  const std::string text = describe(argc == 2 ? argv[1] : "");
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return written ? exit_code::kDone : exit_code::kFailed;
}

}  // namespace
}  // namespace veery

int main(int argc, char** argv) {
  try {
    return veery::run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "veery_describe: %s\n", failure.what());
    return veery::exit_code::kFailed;
  }
}
