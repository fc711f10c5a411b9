// The walk over the chunks of WAV, RF64 and Wave64 files.
#include <fcntl.h>

#include <veery/base/file_descriptor.hpp>

#include "audio/wav_bytes.hpp"
#include "audio/wav_header.hpp"
#include "fuzz/fuzz_target.hpp"
#include "fuzz/input_file.hpp"

namespace veery::fuzz {
namespace {

std::string rf64() {
  const std::string format = test::wav_bytes("").substr(12, 24);
  return "RF64\xff\xff\xff\xffWAVEds64" + test::little_endian(28, 4) + std::string(8, '\1') +
         test::little_endian(1000, 4) + std::string(16, '\0') + format + "data\xff\xff\xff\xff" + std::string(64, '\2');
}

std::string wave64() {
  const std::string ending = "\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
  const auto chunk = [&](const std::string& tag, const std::string& body) {
    return tag + ending + test::little_endian(static_cast<std::uint32_t>(body.size()) + 24, 4) + std::string(4, '\0') +
           body;
  };
  return "riff" + std::string(12, '\1') + std::string(8, '\3') + "wave" + std::string(12, '\2') +
         chunk("fmt ", test::wav_bytes("").substr(20, 16)) + chunk("data", std::string(64, '\4'));
}

}  // namespace

std::vector<std::string> seeds() {
  return {test::wav_bytes(std::string(64, '\1')), rf64(), wave64(), test::wav_bytes("", {.data_bytes = 0xFFFF'FFFF}),
          "RIFF\4\0\0\0WAVE" + std::string(64, '\0')};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const auto path = fuzz::input_file("input.wav", fuzz::text_of(bytes, size));
  if (const auto header = read_wav_header(FileDescriptor::open(path, O_RDONLY))) {
    fuzz::expect(!header->data_bytes || *header->data_bytes > 0, "a known length is positive");
    fuzz::expect(header->channels >= 0 && header->sample_rate_hz >= 0 && header->bytes_per_frame >= 0, "no sign");
  }
  return 0;
}
