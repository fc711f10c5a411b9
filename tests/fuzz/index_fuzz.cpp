// The index as ranks send it, and as its tables tell it. The first byte says which; a NUL parts the two tables.
#include <veery/archive/archive_index.hpp>
#include <veery/base/error.hpp>
#include <veery/manifest/manifest.hpp>

#include "fuzz/fuzz_target.hpp"

namespace veery::fuzz {
namespace {

constexpr char kText = 't';
constexpr char kTables = 'c';

void read_text_form(const std::string& text) {
  const std::string again = index_to_text(index_from_text(text));
  expect(index_to_text(index_from_text(again)) == again, "an index comes back from its text");
}

void read_tables(const std::string& text) {
  const std::size_t end = std::min(text.find('\0'), text.size());
  const ArchiveIndex index = index_from_tables(text.substr(0, end), text.substr(std::min(end + 1, text.size())));
  const std::string table = quarantine_csv(index, {});
  const ArchiveIndex again = index_from_tables("", table);
  expect(quarantine_csv(again, {}) == table, "refused recordings come back from their table");
}

}  // namespace

std::vector<std::string> seeds() {
  ArchiveIndex index;
  Recording& recording = index.recordings.emplace_back();
  recording.path = "site/=a \"b\",\n20240601_053000.wav";
  recording.site = "site";
  recording.audio = {48'000, 2, 96'000, 96'000, "WAV/Signed 16 bit PCM"};
  recording.start = time_from_name(recording.path);
  recording.start_from = "name";
  recording.start_conflicts = "guano 2024-06-01T05:30:00.000Z";
  recording.clock_changes = {{60'000, -300}, {120'000, -360}};
  recording.remarks = "unreadable_time";
  recording.position = Position{-12.5, 130.25};
  index.refused.push_back({"bad\xff.wav", {Reason::not_utf8, "rename it"}});
  WorkPlan plan;
  plan.units.emplace_back().split = "train";
  plan.unit_of = {0};
  return {kText + index_to_text(index), kTables + index_csv(index, plan) + '\0' + quarantine_csv(index, {})};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  if (size == 0) return 0;
  const std::string rest = fuzz::text_of(bytes + 1, size - 1);
  try {
    bytes[0] == static_cast<std::uint8_t>(fuzz::kText) ? fuzz::read_text_form(rest) : fuzz::read_tables(rest);
  } catch (const Error&) {
  }
  return 0;
}
