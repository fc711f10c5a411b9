// Manifests: whatever they say, what they name stays below the output folder.
#include <filesystem>

#include <veery/base/error.hpp>
#include <veery/manifest/manifest.hpp>

#include "fuzz/fuzz_target.hpp"
#include "manifest/some_record.hpp"

namespace veery::fuzz {
namespace {

void read_one(const std::string& text) {
  for (const PublishedFile& file : read_manifest(text).files) {
    const std::filesystem::path name = std::filesystem::path{file.path}.lexically_normal();
    expect(name.is_relative() && !name.empty() && *name.begin() != "..", "files are below the output folder");
    expect(file.bytes >= 0, "a file has no negative length");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  const std::vector<UnitRecord> records{test::some_record()};
  return {manifest_json(sum_up({}, records), records, {describe_text("slices.csv", "abc")}),
          R"({"kind":"veery.manifest","format_version":1,"totals":{"a":[[[[]]]]},"files":[]})"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    veery::fuzz::read_one(veery::fuzz::text_of(bytes, size));
  } catch (const veery::Error&) {
  }
  return 0;
}
