// Lists of recordings: what is taken lies below the archive.
#include <filesystem>

#include <veery/archive/archive_index.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

#include "fuzz/fuzz_target.hpp"
#include "fuzz/input_file.hpp"

namespace veery::fuzz {
namespace {

void check(const std::string& path) {
  const std::filesystem::path relative{path};
  expect(is_utf8(path) && !path.empty() && relative.is_relative(), "a listed path is relative");
  for (const auto& part : relative) expect(part != "..", "a listed path leads nowhere else");
}

}  // namespace

std::vector<std::string> seeds() {
  return {"a/b.wav\n../x.wav\r\n/etc/passwd\na/../../c.wav\n./d.wav\n\n.\n..\n", std::string{"a.wav\0b\n.wav\0", 13},
          folder().string() + "/a.wav\n//x\na//b.wav\ncaf\xe9.wav"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const auto list = fuzz::input_file("list", fuzz::text_of(bytes, size));
  for (const std::string& path : list_from_file(fuzz::folder(), list).paths) fuzz::check(path);
  return 0;
}
