// options.json of an earlier run, of which a later one says what differs.
#include <veery/base/error.hpp>
#include <veery/run/options.hpp>

#include "fuzz/fuzz_target.hpp"

namespace veery::fuzz {

std::vector<std::string> seeds() {
  ProcessOptions other;
  other.stream.sample_rate_hz = 22'050;
  other.slices.mode = SliceMode::fixed;
  return {result_options_json({}, ""), result_options_json(other, "f00d"), R"({"split":{"a":[1,null]},"x":1e999})"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::string now = veery::result_options_json({}, "");
  const std::string text = veery::fuzz::text_of(bytes, size);
  const std::string difference = veery::describe_difference(text, now);
  veery::fuzz::expect(text != now || difference.empty(), "equal options do not differ");
  veery::fuzz::expect(!difference.empty() || veery::describe_difference(now, text).empty(), "a difference is mutual");
  return 0;
}
