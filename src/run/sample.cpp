#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <veery/audio/audio_file.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/shards_options.hpp>
#include <veery/shards/choose_rows.hpp>
#include <veery/shards/dataset_folder.hpp>
#include <veery/shards/int16_audio.hpp>
#include <veery/shards/shard_reader.hpp>

#include "run/on_lead.hpp"
#include "run/staged_folder.hpp"

namespace veery {
namespace {

/// Rows of one shard that were chosen.
struct ChosenRows {
  std::string split;
  std::filesystem::path shard;
  std::int64_t first_in_split = 0;  ///< number of the shard's first row in its split
  std::vector<std::int64_t> rows;   ///< within the shard
};

std::vector<ChosenRows> choose(const DatasetFolder& dataset, const SampleOptions& options) {
  std::vector<ChosenRows> shards;
  std::vector<std::int64_t> ends;
  for (const SplitFiles& split : dataset.splits) {
    if (!options.split.empty() && split.name != options.split) continue;
    std::int64_t in_split = 0;
    for (const ShardFile& shard : split.shards) {
      shards.push_back({split.name, shard.path, in_split, {}});
      in_split += shard.rows;
      ends.push_back((ends.empty() ? 0 : ends.back()) + shard.rows);
    }
  }
  if (ends.empty() || ends.back() == 0) {
    throw UsageError{"there are no rows to choose from", dataset.folder.string(),
                     options.split.empty() ? "the dataset is empty" : "split " + printable(options.split)};
  }
  for (const std::int64_t row : choose_rows(ends.back(), options.rows, options.seed)) {
    const auto shard = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), row) - ends.begin());
    shards[shard].rows.push_back(row - (shard > 0 ? ends[shard - 1] : 0));
  }
  std::erase_if(shards, [](const ChosenRows& shard) { return shard.rows.empty(); });
  return shards;
}

/// What one row leaves, all names beginning with its split and its number there.
class SampledRow {
 public:
  SampledRow(const OutputFolder& files, const ExampleSchema& schema, std::string name, const Example& example)
      : files_(files), schema_(schema), name_(std::move(name)), example_(example) {}

  void write(std::span<const std::byte> row, Palette palette) const {
    const std::size_t bytes = mixture_bytes(schema_);
    std::vector<std::vector<float>> sounds;
    for (std::size_t start = 0; start < row.size(); start += bytes) {
      std::vector<float>& samples = sounds.emplace_back(static_cast<std::size_t>(schema_.samples_per_row));
      to_float(schema_.audio_type, row.subspan(start, bytes), samples);
      if (start > 0) std::for_each(samples.begin(), samples.end(), [&](float& s) { s /= example_.stem_gain; });
    }
    for (std::size_t i = 0; i < sounds.size(); ++i) write_audio(i, sounds[i]);
    files_.publish_text(name_ + ".png", picture(sounds, palette));
  }

  /// A row of sample.csv.
  [[nodiscard]] std::string describe() const {
    const bool peak = example_.peak_sample >= 0;
    return csv_row({name_, text_cell(example_.filename), std::to_string(example_.segment_id),
                    fixed_decimal(start_s(), 3), example_.start_time, text_cell(example_.site),
                    text_cell(example_.label), peak ? fixed_decimal(peak_s(), 3) : "", std::to_string(schema_.stems)});
  }

 private:
  [[nodiscard]] double start_s() const {
    return static_cast<double>(static_cast<std::int64_t>(example_.segment_start)) / schema_.sample_rate_hz;
  }
  [[nodiscard]] double peak_s() const { return static_cast<double>(example_.peak_sample) / schema_.sample_rate_hz; }

  /// Integers as they are stored; stems at the level that they have in the mixture, for which they may need floats.
  void write_audio(std::size_t sound, std::span<const float> samples) const {
    const bool whole = schema_.audio_type == AudioType::int16 && (sound == 0 || example_.stem_gain == 1.0F);
    const std::string name = name_ + (sound > 0 ? "-source" + std::to_string(sound - 1) : "") + ".wav";
    AudioWriter writer{files_, name, whole ? AudioFormat::wav : AudioFormat::wav_float, schema_.sample_rate_hz};
    writer.write(samples);
    writer.publish();
  }

  [[nodiscard]] std::string picture(const std::vector<std::vector<float>>& sounds, Palette palette) const {
    Picture picture{example_.filename + ", " + fixed_decimal(start_s(), 3) + " s", example_.start_time, {}, {}};
    if (!example_.label.empty()) picture.title += ", " + example_.label;
    if (example_.peak_sample >= 0) picture.marks.push_back(peak_s() - start_s());
    for (std::size_t i = 0; i < sounds.size(); ++i)
      picture.lanes.push_back({i > 0 ? "source " + std::to_string(i - 1) : name_, sounds[i]});
    return draw_png(picture, schema_.sample_rate_hz, {.palette = palette});
  }

  const OutputFolder& files_;
  const ExampleSchema& schema_;
  std::string name_;
  const Example& example_;
};

std::vector<std::string> write_rows(const ChosenRows& chosen, const OutputFolder& files, Palette palette,
                                    const std::function<bool()>& stop) {
  const ShardReader shard{chosen.shard};
  const std::vector<Example> examples = shard.examples();
  const std::vector<std::uint64_t> hashes = shard.row_hashes();
  std::vector<std::byte> row(row_bytes(shard.schema()));
  std::vector<std::string> lines;
  for (const std::int64_t number : chosen.rows) {
    if (stop()) break;
    const auto place = static_cast<std::size_t>(number);
    if (place >= examples.size())
      throw Error{"a shard has fewer rows than dataset_info.json says", chosen.shard.string(), "run veery verify"};
    shard.read_row(number, hashes[place], row);
    const std::string name = chosen.split + "-" + std::to_string(chosen.first_in_split + number);
    const SampledRow sampled{files, shard.schema(), name, examples[place]};
    sampled.write(row, palette);
    lines.push_back(sampled.describe());
  }
  return lines;
}

}  // namespace

int run_sample(Communicator& world, const SampleOptions& options) {
  std::unique_ptr<StagedFolder> staged;
  on_lead(world, [&] {
    if (options.rows < 1) throw UsageError{"no rows are asked for", "--rows", "1 or more"};
    static_cast<void>(choose(open_dataset_folder(options.dataset), options));
    staged = std::make_unique<StagedFolder>(options.output);
  });
  std::vector<ChosenRows> chosen;
  nlohmann::json mine = nlohmann::json::object();
  on_every_rank(world, [&](const std::function<bool()>& stop) {
    chosen = choose(open_dataset_folder(options.dataset), options);
    const OutputFolder files{StagedFolder::path_for(options.output)};
    for (std::size_t i = 0; i < chosen.size() && !stop(); ++i) {
      if (static_cast<int>(i % static_cast<std::size_t>(world.size())) != world.rank()) continue;
      mine[std::to_string(i)] = write_rows(chosen[i], files, options.palette, stop);
    }
  });
  const std::vector<std::string> gathered = world.gather(mine.dump());
  on_lead(world, [&] {
    nlohmann::json all = nlohmann::json::object();
    for (const std::string& text : gathered) all.update(nlohmann::json::parse(text));
    std::string table =
        csv_row({"name", "filename", "segment_id", "start_s", "start_time", "site", "label", "peak_s", "stems"});
    std::size_t rows = 0;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const auto lines = all.at(std::to_string(i)).get<std::vector<std::string>>();
      rows += lines.size();
      table += joined(lines, "");
    }
    OutputFolder{staged->path()}.publish_text("sample.csv", table);
    staged->publish();
    std::printf("%zu rows in %s\n", rows, printable(options.output.string()).c_str());
  });
  return exit_code::kDone;
}

}  // namespace veery
