#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/split.hpp>
#include <veery/base/text.hpp>
#include <veery/shards/repartition.hpp>
#include <veery/shards/shard_reader.hpp>
#include <veery/shards/tfrecord_writer.hpp>

namespace veery {
namespace {

/// Attributes that say how the rows came about, and their names in a shard that only gathers them.
constexpr std::array<std::pair<const char*, const char*>, 4> kKept{{{"options", "options"},
                                                                    {"model", "model"},
                                                                    {"program_version", "origin_program_version"},
                                                                    {"commit", "origin_commit"}}};

Provenance provenance_of(const ShardReader& shard) {
  Provenance provenance;
  for (const auto& [from, to] : kKept) {
    const char* const name = shard.has_attribute(to) ? to : from;
    if (shard.has_attribute(name)) provenance[to] = shard.attribute(name);
  }
  return provenance;
}

void add_lines(std::set<std::string>& lines, const std::string& text) {
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) lines.emplace(line);
  }
}

}  // namespace

std::vector<std::int64_t> shard_ends(std::int64_t rows, std::int64_t shards) {
  std::vector<std::int64_t> ends;
  for (std::int64_t i = 1; i <= shards; ++i) {
    std::int64_t end = rows * i / shards;
    const std::int64_t twice_left = 2 * (rows * i % shards);
    if (twice_left > shards || (twice_left == shards && end % 2 != 0)) ++end;
    ends.push_back(end);
  }
  return ends;
}

ShardContent inspect_shard(const std::filesystem::path& path, const SplitPlace& place, std::int64_t rows) {
  const ShardReader shard{path};
  if (shard.attribute("dataset") != place.dataset || shard.attribute("version") != place.version ||
      shard.attribute("split") != place.split)
    throw Error{"a shard of another dataset or split", path.string(), "copied, or renamed?"};
  if (shard.rows() != rows) {
    throw Error{"a shard does not have its rows", path.string(),
                std::to_string(shard.rows()) + " instead of " + std::to_string(rows)};
  }
  ShardContent content{shard.schema(), provenance_of(shard), {}};
  for (const Example& example : shard.examples()) {
    const Md5 hash = order_hash(place.split, example_key(example, content.schema));
    if (!content.hashes.empty() && hash <= content.hashes.back()) {
      throw Error{"a row is out of order or there twice",
                  path.string() + ", row " + std::to_string(content.hashes.size()),
                  printable(example_key(example, content.schema))};
    }
    content.hashes.push_back(hash);
  }
  return content;
}

ExampleSchema joined(const ExampleSchema& left, const ExampleSchema& right) {
  ExampleSchema schema = left;
  schema.filename_bytes = std::max(left.filename_bytes, right.filename_bytes);
  schema.label_bytes = std::max(left.label_bytes, right.label_bytes);
  schema.site_bytes = std::max(left.site_bytes, right.site_bytes);
  schema.most_annotations = std::max(left.most_annotations, right.most_annotations);
  ExampleSchema widened = right;
  widened.filename_bytes = schema.filename_bytes;
  widened.label_bytes = schema.label_bytes;
  widened.site_bytes = schema.site_bytes;
  widened.most_annotations = schema.most_annotations;
  if (widened == schema) return schema;
  throw Error{"shards of one dataset do not fit together", "audio, stems or classes",
              "rate, length, type, stems, classes, keys and compression must be the same"};
}

Provenance joined(const Provenance& left, const Provenance& right) {
  Provenance all = left;
  for (const auto& [name, value] : right) {
    const auto [known, is_new] = all.emplace(name, value);
    if (is_new || known->second == value) continue;
    if (!name.starts_with("origin_")) throw Error{"shards of one dataset were not made alike", name, "they differ"};
    std::set<std::string> lines;
    add_lines(lines, known->second);
    add_lines(lines, value);
    known->second.clear();
    for (const std::string& line : lines) known->second += (known->second.empty() ? "" : "\n") + line;
  }
  return all;
}

std::vector<std::vector<std::int64_t>> cut_shards(std::span<const std::vector<Md5>> hashes,
                                                  std::span<const std::int64_t> ends) {
  std::vector<Md5> all;
  for (const std::vector<Md5>& shard : hashes) all.insert(all.end(), shard.begin(), shard.end());
  std::sort(all.begin(), all.end());
  if (const auto twin = std::adjacent_find(all.begin(), all.end()); twin != all.end()) {
    std::string holders;
    for (std::size_t s = 0; s < hashes.size(); ++s) {
      const auto found = std::lower_bound(hashes[s].begin(), hashes[s].end(), *twin);
      if (found == hashes[s].end() || *found != *twin) continue;
      holders += (holders.empty() ? "shard " : " and shard ") + std::to_string(s) + ", row " +
                 std::to_string(found - hashes[s].begin());
    }
    throw Error{"two rows of a split have the same key", holders, "a key belongs to one slice"};
  }
  std::vector<std::vector<std::int64_t>> cuts;
  for (const std::vector<Md5>& shard : hashes) {
    std::vector<std::int64_t>& own = cuts.emplace_back(1, 0);
    for (const std::int64_t end : ends) {
      const auto place = static_cast<std::size_t>(end);
      const auto cut = place < all.size() ? std::lower_bound(shard.begin(), shard.end(), all[place]) : shard.end();
      own.push_back(cut - shard.begin());
    }
  }
  return cuts;
}

GatheredRows::GatheredRows(const std::filesystem::path& scratch, const ExampleSchema& schema,
                           std::span<const ShardPart> parts)
    : schema_(schema), spool_(scratch, row_bytes(schema)) {
  for (const ShardPart& part : parts) {
    if (part.first < part.end) add(part);
  }
}

void GatheredRows::add(const ShardPart& part) {
  const ShardReader shard{part.path};
  const std::vector<std::uint64_t> hashes = shard.row_hashes();
  std::vector<Example> examples = shard.examples();
  std::vector<std::byte> bytes(row_bytes(schema_));
  for (std::int64_t row = part.first; row < part.end; ++row) {
    const auto i = static_cast<std::size_t>(row);
    shard.read_row(row, hashes.at(i), bytes);
    examples.at(i).spool_row = spool_.append(bytes);
    examples_.push_back(std::move(examples[i]));
    row_hashes_.push_back(hashes[i]);
  }
}

/// Stands for the rows as a unit's fingerprint does for its work: place, keys and hashes.
std::string GatheredRows::fingerprint(const ShardPlace& place) const {
  std::string text = place.dataset + "\n" + place.version + "\n" + shard_file_name(place) + "\n";
  for (const std::size_t i : order_examples(place.split, examples_, schema_))
    text += example_key(examples_[i], schema_) + "\n" + hex64(row_hashes_[i]) + "\n";
  return sha256_hex(text);
}

ShardSummary GatheredRows::write(const OutputFolder& folder, const ShardPlace& place,
                                 const Provenance& provenance) const {
  Provenance all = provenance;
  all["fingerprint"] = fingerprint(place);
  return write_shard(folder, place, schema_, all, examples_, spool_);
}

ShardSummary GatheredRows::write_tfrecord(const OutputFolder& folder, const ShardPlace& place,
                                          const TfdsFormat& format) const {
  return write_tfrecord_shard(folder, place, schema_, format, examples_, spool_);
}

}  // namespace veery
