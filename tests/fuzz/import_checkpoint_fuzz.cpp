// The reader of TensorFlow checkpoints. The first byte of an input says what the others are: an index as it is, or
// the contents of the block of entries in an index that is well formed otherwise. Its checksums are made right, else
// no mutation would come past them.
#include <filesystem>
#include <fstream>

#include <veery/base/error.hpp>
#include <veery/separation/import_checkpoint.hpp>
#include <veery/separation/tf_checkpoint.hpp>

#include "fuzz/fuzz_target.hpp"
#include "fuzz/table_around.hpp"
#include "separation/checkpoint_writer.hpp"
#include "support/temporary_folder.hpp"

namespace veery::fuzz {
namespace {

constexpr char kWholeIndex = 'i';
constexpr char kEntries = 'e';

const std::filesystem::path& golden() {
  static const std::filesystem::path path = std::filesystem::path{VEERY_FUZZ_SEPARATION_DIR} / "small-hop28/model.ckpt";
  return path;
}

/// A folder with the golden checkpoint's data, beside which each input is put as an index.
const std::filesystem::path& prefix() {
  static const test::TemporaryFolder folder;
  static const std::filesystem::path path = [] {
    const std::string data = ".data-00000-of-00001";
    std::filesystem::copy_file(golden().string() + data, (folder / "model.ckpt").string() + data);
    return folder / "model.ckpt";
  }();
  return path;
}

void read_all(const std::filesystem::path& checkpoint) {
  const TfCheckpoint opened = TfCheckpoint::open(checkpoint);
  for (const TfVariable& variable : opened.variables()) {
    try {
      static_cast<void>(opened.read(variable));
    } catch (const Error&) {  // one bad variable does not hide the next
    }
  }
}

void import_one(const std::filesystem::path& checkpoint) {
  ImportOptions options;
  options.sample_rate_hz = 22050;
  options.hop_s = 0.00125;
  options.dilations = 4;
  static_cast<void>(import_checkpoint(checkpoint, options));
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string index = test::bytes_of(golden().string() + ".index");
  const std::vector<test::Variable> variables = test::read_variables(golden());
  test::write_checkpoint(prefix().string() + "-raw", variables);
  const std::string raw = test::bytes_of(prefix().string() + "-raw.index");
  return {kWholeIndex + index, kWholeIndex + raw, kEntries + test::data_block(raw)};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  if (size == 0) return 0;
  const std::string rest{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const bool is_entries = bytes[0] == static_cast<std::uint8_t>(fuzz::kEntries);
  test::write_bytes(fuzz::prefix().string() + ".index", is_entries ? fuzz::table_around(rest) : rest);
  for (const auto& use : {fuzz::read_all, fuzz::import_one}) {
    try {
      use(fuzz::prefix());
    } catch (const Error&) {
    }
  }
  return 0;
}
