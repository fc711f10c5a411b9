// Shards: whatever the bytes, rows or an Error.
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/shards/shard_reader.hpp>

#include "fuzz/fuzz_target.hpp"
#include "fuzz/input_file.hpp"
#include "shards/small_dataset.hpp"

namespace veery::fuzz {
namespace {

std::string shard_of(const ExampleSchema& schema) {
  const test::SmallDataset dataset{3, schema};
  const ShardSummary summary = dataset.write(folder());
  return read_text(folder() / summary.file_name);
}

}  // namespace

std::vector<std::string> seeds() {
  ExampleSchema schema = test::small_schema();
  schema.samples_per_row = 20;
  ExampleSchema with_stems = test::schema_with_stems(2, AudioType::float32);
  with_stems.samples_per_row = 20;
  with_stems.compress = true;
  return {shard_of(schema), shard_of(with_stems)};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const auto path = fuzz::input_file("shard.h5", fuzz::text_of(bytes, size));
  try {
    const ShardReader reader{path};
    const std::vector<std::string> problems = reader.verify();
    static_cast<void>(reader.examples());
  } catch (const Error&) {
  }
  return 0;
}
