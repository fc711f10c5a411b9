// Unit records: read back as written, and whatever they say, the tables and sums of a run can be made of them.
#include <veery/base/error.hpp>
#include <veery/manifest/manifest.hpp>

#include "fuzz/fuzz_target.hpp"
#include "manifest/some_record.hpp"

namespace veery::fuzz {
namespace {

void read_one(const std::string& text) {
  const UnitRecord record = unit_record_from_json(text);
  const std::string again = unit_record_to_json(record);
  expect(unit_record_to_json(unit_record_from_json(again)) == again, "a record comes back");
  const std::vector<UnitRecord> records(2, record);
  static_cast<void>(slices_csv(records));
  static_cast<void>(stems_csv(records));
  static_cast<void>(manifest_json(sum_up({}, records), records, {}));
  static_cast<void>(quarantine_csv({}, records));
}

}  // namespace

std::vector<std::string> seeds() {
  UnitRecord faint = test::some_record(1, "=b.wav");
  faint.slices[0].peak_energy = 1e-42F;
  return {unit_record_to_json(test::some_record()), unit_record_to_json(faint)};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    veery::fuzz::read_one(veery::fuzz::text_of(bytes, size));
  } catch (const veery::Error&) {
  }
  return 0;
}
