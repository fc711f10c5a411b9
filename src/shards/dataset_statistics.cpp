#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <vector>

#include <veery/base/split.hpp>
#include <veery/shards/dataset_statistics.hpp>

namespace veery {
namespace {

using Json = nlohmann::json;
constexpr double kFullScale = 32768.0;

/// Of samples in any unit, of which `full_scale` is one.
template <typename Sample, typename Sum>
RowLevel measure(const std::vector<Sample>& samples, double full_scale) {
  Sum sum{};
  Sum squares{};
  Sum largest{};
  std::int64_t clipped = 0;
  const auto limit = static_cast<Sum>(full_scale * (1.0 - 1.0 / kFullScale));
  for (const Sample sample : samples) {
    const auto value = static_cast<Sum>(sample);
    const Sum size = value < Sum{} ? -value : value;
    sum += value;
    squares += value * value;
    largest = std::max(largest, size);
    clipped += size >= limit ? 1 : 0;
  }
  RowLevel level;
  level.clipped = clipped;
  if (samples.empty() || largest == Sum{}) return level;
  const auto count = static_cast<double>(samples.size());
  level.offset = static_cast<double>(sum) / count / full_scale;
  level.rms_db = 10.0 * std::log10(static_cast<double>(squares) / count / (full_scale * full_scale));
  level.peak_db = 20.0 * std::log10(static_cast<double>(largest) / full_scale);
  return level;
}

template <typename Sample>
std::vector<Sample> samples_of(std::span<const std::byte> bytes) {
  std::vector<Sample> samples(bytes.size() / sizeof(Sample));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(Sample));
  return samples;
}

/// The names in "a;b", each once; one empty name for an empty text.
std::set<std::string> names_in(const std::string& label) {
  std::set<std::string> names;
  for (const std::string_view name : split(label, ';')) names.emplace(name);
  if (names.size() > 1) names.erase("");
  return names;
}

template <typename Key>
void add_counts(std::map<Key, std::int64_t>& to, const std::map<Key, std::int64_t>& from) {
  for (const auto& [key, count] : from) to[key] += count;
}

Json pairs(const Distribution& values) {
  Json list = std::vector<std::pair<std::int64_t, std::int64_t>>{values.begin(), values.end()};
  return list;
}

Distribution distribution_from(const Json& json) {
  Distribution values;
  for (const Json& pair : json) values[pair.at(0).get<std::int64_t>()] = pair.at(1).get<std::int64_t>();
  return values;
}

}  // namespace

RowLevel measure_row(std::span<const std::byte> mixture, AudioType type) {
  if (type == AudioType::int16)
    return measure<std::int16_t, std::int64_t>(samples_of<std::int16_t>(mixture), kFullScale);
  return measure<float, double>(samples_of<float>(mixture), 1.0);
}

std::optional<std::int64_t> quantile(const Distribution& values, std::int64_t rows, double share) {
  std::int64_t with_value = 0;
  for (const auto& [value, count] : values) with_value += count;
  const auto wanted = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(share * static_cast<double>(rows))),
                                               1, std::max<std::int64_t>(rows, 1));
  std::int64_t seen = rows - with_value;
  if (seen >= wanted) return std::nullopt;
  for (const auto& [value, count] : values) {
    seen += count;
    if (seen >= wanted) return value;
  }
  return std::nullopt;
}

void SplitStatistics::add(const Example& example, const RowLevel& level, std::int64_t row_samples,
                          double silent_below_db) {
  constexpr std::size_t kDay = 10;   // 2024-06-01
  constexpr std::size_t kHour = 11;  // 2024-06-01T05
  ++rows;
  samples += row_samples;
  ++sites[example.site];
  ++days[example.start_time.substr(0, kDay)];
  ++hours[example.start_time.size() > kHour + 1 ? example.start_time.substr(kHour, 2) : ""];
  for (const std::string& name : names_in(example.label)) ++labels[name];
  if (level.rms_db) ++rms[std::llround(*level.rms_db * kStepsPerDecibel)];
  if (level.peak_db) ++peak[std::llround(*level.peak_db * kStepsPerDecibel)];
  ++offset[std::llround(level.offset * kStepsPerFullScale)];
  if (!level.rms_db) ++zero_rows;
  if (!level.rms_db || *level.rms_db < silent_below_db) ++silent_rows;
  if (level.clipped > 0) ++clipped_rows;
  clipped_samples += level.clipped;
}

void SplitStatistics::add(const SplitStatistics& other) {
  rows += other.rows;
  samples += other.samples;
  add_counts(sites, other.sites);
  add_counts(days, other.days);
  add_counts(hours, other.hours);
  add_counts(labels, other.labels);
  add_counts(rms, other.rms);
  add_counts(peak, other.peak);
  add_counts(offset, other.offset);
  zero_rows += other.zero_rows;
  silent_rows += other.silent_rows;
  clipped_rows += other.clipped_rows;
  clipped_samples += other.clipped_samples;
}

std::string to_text(const SplitStatistics& all) {
  return Json{{"rows", all.rows},
              {"samples", all.samples},
              {"sites", all.sites},
              {"days", all.days},
              {"hours", all.hours},
              {"labels", all.labels},
              {"rms", pairs(all.rms)},
              {"peak", pairs(all.peak)},
              {"offset", pairs(all.offset)},
              {"counts", {all.zero_rows, all.silent_rows, all.clipped_rows, all.clipped_samples}}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

SplitStatistics statistics_from(const std::string& text) {
  const Json json = Json::parse(text);
  SplitStatistics all;
  all.rows = json.at("rows");
  all.samples = json.at("samples");
  json.at("sites").get_to(all.sites);
  json.at("days").get_to(all.days);
  json.at("hours").get_to(all.hours);
  json.at("labels").get_to(all.labels);
  all.rms = distribution_from(json.at("rms"));
  all.peak = distribution_from(json.at("peak"));
  all.offset = distribution_from(json.at("offset"));
  const Json& counts = json.at("counts");
  all.zero_rows = counts.at(0);
  all.silent_rows = counts.at(1);
  all.clipped_rows = counts.at(2);
  all.clipped_samples = counts.at(3);
  return all;
}

}  // namespace veery
