#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/shards_options.hpp>
#include <veery/shards/dataset_folder.hpp>
#include <veery/shards/dataset_statistics.hpp>
#include <veery/shards/shard_reader.hpp>

#include "run/on_lead.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::array<double, 9> kShares{0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0};

void measure_shard(const ShardFile& file, double silent_below_db, SplitStatistics& statistics) {
  const ShardReader shard{file.path};
  const ExampleSchema& schema = shard.schema();
  const std::vector<std::uint64_t> hashes = shard.row_hashes();
  const std::vector<Example> examples = shard.examples();
  std::vector<std::byte> row(row_bytes(schema));
  const std::span<std::byte> mixture = std::span{row}.first(mixture_bytes(schema));
  for (std::size_t i = 0; i < examples.size(); ++i) {
    shard.read_row(static_cast<std::int64_t>(i), hashes[i], row);
    statistics.add(examples[i], measure_row(mixture, schema.audio_type), schema.samples_per_row, silent_below_db);
  }
}

/// Shares of rows, and the value that so many do not exceed; null: rows of zeros.
Json quantiles(const Distribution& values, std::int64_t rows, double steps_per_unit) {
  Json json;
  for (const double share : kShares) {
    const std::optional<std::int64_t> value = quantile(values, rows, share);
    json[decimal(share)] = value ? Json(static_cast<double>(*value) / steps_per_unit) : Json(nullptr);
  }
  return json;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0.0;
}

Json describe(const std::string& name, const SplitStatistics& split, int sample_rate_hz) {
  return {{"name", name},
          {"rows", split.rows},
          {"hours", static_cast<double>(split.samples) / std::max(sample_rate_hz, 1) / 3600.0},
          {"rms_dbfs", quantiles(split.rms, split.rows, kStepsPerDecibel)},
          {"peak_dbfs", quantiles(split.peak, split.rows, kStepsPerDecibel)},
          {"dc_offset", quantiles(split.offset, split.rows, kStepsPerFullScale)},
          {"clipped_rows", split.clipped_rows},
          {"clipped_row_share", share(split.clipped_rows, split.rows)},
          {"clipped_samples", split.clipped_samples},
          {"clipped_sample_share", share(split.clipped_samples, split.samples)},
          {"silent_rows", split.silent_rows},
          {"silent_row_share", share(split.silent_rows, split.rows)},
          {"zero_rows", split.zero_rows},
          {"rows_by_site", split.sites},
          {"rows_by_day", split.days},
          {"rows_by_hour", split.hours},
          {"rows_by_label", split.labels}};
}

void print_quantiles(const char* name, const Json& values, int digits) {
  std::printf("  %-14s", name);
  for (const double wanted : kShares) {
    const Json& value = values.at(decimal(wanted));
    std::printf(" %9s", value.is_null() ? "zeros" : fixed_decimal(value.get<double>(), digits).c_str());
  }
  std::printf("\n");
}

/// Long lists are in the JSON only.
void print_counts(const char* name, const Json& counts) {
  constexpr std::size_t kMost = 40;
  std::printf("  rows by %s%s\n", name, counts.size() > kMost ? " (the first; all are in the JSON)" : "");
  std::size_t shown = 0;
  for (const auto& [key, count] : counts.items()) {
    if (++shown > kMost) return;
    std::printf("    %10lld  %s\n", static_cast<long long>(count.get<std::int64_t>()),
                key.empty() ? "(none)" : printable(key).c_str());
  }
}

void print_split(const Json& split, double silent_below_db) {
  const auto number = [&](const char* key) { return static_cast<long long>(split.at(key).get<std::int64_t>()); };
  const auto percent = [&](const char* key) { return fixed_decimal(100.0 * split.at(key).get<double>(), 4); };
  std::printf("%s: %lld rows, %s h\n", split.at("name").get<std::string>().c_str(), number("rows"),
              fixed_decimal(split.at("hours").get<double>(), 3).c_str());
  if (number("rows") == 0) return;
  std::printf("  %-14s", "share of rows");
  for (const double wanted : kShares) std::printf(" %9s", decimal(wanted).c_str());
  std::printf("\n");
  print_quantiles("RMS, dBFS", split.at("rms_dbfs"), 2);
  print_quantiles("peak, dBFS", split.at("peak_dbfs"), 2);
  print_quantiles("DC offset", split.at("dc_offset"), 5);
  std::printf("  clipped: %lld rows (%s %%), %lld samples (%s %%)\n", number("clipped_rows"),
              percent("clipped_row_share").c_str(), number("clipped_samples"), percent("clipped_sample_share").c_str());
  std::printf("  silent (RMS below %s dBFS): %lld rows (%s %%), of which %lld are all zeros\n",
              decimal(silent_below_db).c_str(), number("silent_rows"), percent("silent_row_share").c_str(),
              number("zero_rows"));
  print_counts("site", split.at("rows_by_site"));
  print_counts("day", split.at("rows_by_day"));
  print_counts("hour of day", split.at("rows_by_hour"));
  print_counts("label", split.at("rows_by_label"));
}

void report(const StatisticsOptions& options, const DatasetFolder& dataset, const std::vector<SplitStatistics>& all,
            int sample_rate_hz) {
  Json splits = Json::array();
  for (std::size_t s = 0; s < all.size(); ++s)
    splits.push_back(describe(dataset.splits[s].name, all[s], sample_rate_hz));
  const Json json{{"kind", "veery.statistics"},
                  {"format_version", 1},
                  {"program_version", program_version()},
                  {"commit", program_commit()},
                  {"dataset", dataset.description.name},
                  {"version", dataset.description.version},
                  {"silent_below_dbfs", options.silent_below_db},
                  {"splits", splits}};
  if (!options.json.empty())
    publish_text(options.json, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  for (const Json& split : splits) print_split(split, options.silent_below_db);
}

int rate_of(const DatasetFolder& dataset) {
  for (const SplitFiles& split : dataset.splits)
    for (const ShardFile& shard : split.shards) return ShardReader{shard.path}.schema().sample_rate_hz;
  return 0;
}

}  // namespace

int run_statistics(Communicator& world, const StatisticsOptions& options) {
  on_lead(world, [&] {
    if (!std::isfinite(options.silent_below_db))
      throw UsageError{"the level is not a number", "--silent-below", "in dB re full scale, such as -70"};
    static_cast<void>(open_dataset_folder(options.dataset));
  });
  DatasetFolder dataset;
  std::vector<SplitStatistics> mine;
  on_every_rank(world, [&](const std::function<bool()>& stop) {
    dataset = open_dataset_folder(options.dataset);
    int number = 0;
    for (const SplitFiles& split : dataset.splits) {
      SplitStatistics& statistics = mine.emplace_back();
      for (const ShardFile& shard : split.shards) {
        if (number++ % world.size() != world.rank()) continue;
        if (stop()) return;
        measure_shard(shard, options.silent_below_db, statistics);
      }
    }
  });
  Json packed = Json::array();
  for (const SplitStatistics& split : mine) packed.push_back(to_text(split));
  const std::vector<std::string> gathered = world.gather(packed.dump());
  on_lead(world, [&] {
    std::vector<SplitStatistics> all(dataset.splits.size());
    for (const std::string& text : gathered) {
      const Json parts = Json::parse(text);
      for (std::size_t s = 0; s < all.size(); ++s) all[s].add(statistics_from(parts.at(s).get<std::string>()));
    }
    report(options, dataset, all, rate_of(dataset));
  });
  return exit_code::kDone;
}

}  // namespace veery
