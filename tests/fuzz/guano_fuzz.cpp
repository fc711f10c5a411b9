// GUANO metadata: any bytes give fields, and what is written reads back.
#include <veery/archive/position.hpp>
#include <veery/archive/time_sources.hpp>
#include <veery/audio/audio_metadata.hpp>
#include <veery/audio/guano.hpp>
#include <veery/base/text.hpp>

#include "fuzz/fuzz_target.hpp"

namespace veery::fuzz {

std::vector<std::string> seeds() {
  return {"GUANO|Version: 1.0\nMake: Wildlife Acoustics\nTimestamp: 2024-06-01T05:30:00+02:00\nNote: two\\nlines\n",
          "Loc Position: 48.1 11.5\r\nOAD|Battery: 4.1\r\n", "M\xf6nch: 1\n: 2\n a :b\n\xef\xbf\xbe: \n"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const Guano guano = Guano::parse(fuzz::text_of(bytes, size));
  const std::string text = guano.text();
  fuzz::expect(is_utf8(text), "GUANO is UTF-8");
  const Guano again = Guano::parse(text);
  fuzz::expect(again.text() == text, "GUANO comes back from its text");
  for (const auto& [key, value] : guano.fields()) {
    const std::string* stored = again.find(key);
    fuzz::expect(stored != nullptr && *stored == value, "a field comes back");
  }
  fuzz::expect(join_comment("", guano) == text, "a comment of GUANO alone");
  for (const auto& [key, value] : guano.fields()) {
    static_cast<void>(time_from_timestamp(value));
    if (const auto position = position_from_text(value))
      fuzz::expect(position_from_text(format_position(*position)) == position, "a position comes back from its text");
  }
  return 0;
}
