// The command line with a configuration file: whatever the file says, options or an error that names the problem. What
// is taken reads back from the effective configuration, which `veery repair` relies on.
#include <array>
#include <string>

#include <veery/base/error.hpp>
#include <veery/run/options.hpp>

#include "cli/arguments.hpp"
#include "cli/configuration.hpp"
#include "fuzz/fuzz_target.hpp"
#include "fuzz/input_file.hpp"

namespace veery::fuzz {
namespace {

/// The effective configuration.
std::string read_one(const std::string& text) {
  const std::string file = input_file("veery.toml", text).string();
  CLI::App app{"veery", "veery"};
  Arguments arguments;
  add_commands(app, arguments);
  const std::array argv{"veery", "process", "archive", "--output", "out", "--config", file.c_str()};
  parse_arguments(app, static_cast<int>(argv.size()), argv.data());
  check_options(arguments.process);
  static_cast<void>(describe_difference(text, result_options_json(arguments.process, "")));
  return effective_configuration(*app.get_subcommand("process"));
}

}  // namespace

std::vector<std::string> seeds() {
  return {
      "[process]\ninterval = \"5s\"\nsplit = \"train=0.9,validation=0.1\"\nunit-audio = \"1h\"\nquiet = true\n",
      "# a comment\n[process]\nsample-rate = 22050\nclips = 'flac'\nseparate = \"slices\"\nmodel = \"a "
      "\\\"b\\\".h5\"\n",
      "[process]\nchannels = \"first\"\npeak-scope = \"recording\"\ndataset-name = \"birds\"\nscratch = \"/tmp/x y\"\n",
      "[slice]\nformat = \"wav\"\n[process.x]\ny = [1, 2]\n"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  try {
    const std::string effective = fuzz::read_one(fuzz::text_of(bytes, size));
    // CLI11's TOML has no way to write every quote and backslash.
    const bool plain = effective.find_first_of("'\\") == std::string::npos;
    const std::string again = fuzz::read_one(effective);
    fuzz::expect(!plain || again == effective, "the effective configuration reads back");
  } catch (const Error&) {
  } catch (const CLI::ParseError&) {
  }
  return 0;
}
