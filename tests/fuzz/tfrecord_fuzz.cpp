// TFRecord files and their messages: whatever the bytes, records or an Error.
#include <veery/base/error.hpp>
#include <veery/shards/tf_example.hpp>
#include <veery/shards/tfrecord.hpp>

#include "fuzz/fuzz_target.hpp"
#include "fuzz/input_file.hpp"

namespace veery::fuzz {
namespace {

std::string some_message() {
  TfExampleWriter writer;
  writer.add_text("filename", "plot 1/a.wav");
  writer.add_integers("label", std::vector<std::int64_t>{1, -1});
  writer.add_integers("annotation_start", {});
  writer.add_float("peak_energy", 0.5F);
  return writer.message();
}

void read_one(const std::string& message) {
  try {
    static_cast<void>(parse_tf_example(message));
  } catch (const Error&) {
  }
}

}  // namespace

std::vector<std::string> seeds() {
  std::string file;
  append_tfrecord(file, some_message());
  append_tfrecord(file, "");
  return {file, some_message()};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const std::string text = fuzz::text_of(bytes, size);
  fuzz::read_one(text);
  try {
    TfrecordReader reader{fuzz::input_file("shard.tfrecord", text)};
    for (std::string payload; reader.next(payload);) fuzz::read_one(payload);
  } catch (const Error&) {
  }
  return 0;
}
