#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/version.hpp>
#include <veery/manifest/manifest.hpp>

namespace veery {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kKind = "veery.manifest";
constexpr int kFormatVersion = 1;

Json describe(const Totals& totals, std::size_t units) {
  return {{"recordings", totals.recordings},
          {"refused", totals.refused},
          {"damaged", totals.damaged},
          {"units", units},
          {"hours_read", totals.hours_read},
          {"slices", totals.slices},
          {"slices_on_lost", totals.slices_on_lost},
          {"slices_unlabelled", totals.slices_unlabelled},
          {"separated", totals.separated},
          {"flagged", totals.flagged},
          {"coverage",
           {{"claimed_frames", totals.claimed_frames},
            {"frames_read", totals.frames_read},
            {"frames_lost", totals.frames_lost},
            {"frames_not_asked", totals.frames_not_asked},
            {"all_accounted_for", totals.all_accounted_for()}}}};
}

std::string manifest_text(const Json& totals, std::vector<PublishedFile> files, const std::string& annotations = {}) {
  std::sort(files.begin(), files.end(), [](const PublishedFile& a, const PublishedFile& b) { return a.path < b.path; });
  Json list = Json::array();
  for (const PublishedFile& file : files)
    list.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  Json json{{"kind", kKind},
            {"format_version", kFormatVersion},
            {"program_version", program_version()},
            {"commit", program_commit()},
            {"totals", totals}};
  if (!annotations.empty()) json["annotations"] = Json::parse(annotations);
  json["files"] = std::move(list);
  return json.dump(1) + "\n";
}

}  // namespace

Totals sum_up(const ArchiveIndex& index, const std::vector<UnitRecord>& records) {
  Totals totals;
  totals.recordings = static_cast<std::int64_t>(index.recordings.size());
  totals.refused = static_cast<std::int64_t>(index.refused.size());
  for (const UnitRecord& record : records) {
    std::unordered_set<std::string_view> damaged;
    for (const LostRow& lost : record.lost) damaged.insert(lost.path);
    for (const RecordingRow& row : record.recordings) {
      totals.claimed_frames += row.claimed_frames;
      totals.frames_read += row.frames_read;
      totals.frames_not_asked += row.frames_not_asked;
      totals.hours_read += static_cast<double>(row.frames_read) / row.sample_rate_hz / 3600.0;
      totals.slices += row.slices;
      totals.slices_on_lost += row.slices_on_lost;
      totals.slices_unlabelled += row.slices_unlabelled;
      if (damaged.contains(row.path)) ++totals.damaged;
    }
    for (const LostRow& lost : record.lost) {
      // What held NaN, or gave NaN, was read.
      const bool read = lost.refusal.reason == Reason::not_finite || lost.refusal.reason == Reason::not_separated;
      if (!read) totals.frames_lost += lost.end - lost.begin;
    }
    for (const StemsRow& row : record.stems) {
      ++totals.separated;
      if (row.flagged) ++totals.flagged;
    }
  }
  return totals;
}

std::string manifest_json(const Totals& totals, const std::vector<UnitRecord>& records,
                          std::vector<PublishedFile> files, const std::string& annotations) {
  for (const UnitRecord& record : records) files.insert(files.end(), record.files.begin(), record.files.end());
  return manifest_text(describe(totals, records.size()), std::move(files), annotations);
}

std::string dataset_manifest_json(const std::string& totals, std::vector<PublishedFile> files) {
  return manifest_text(Json::parse(totals), std::move(files));
}

std::string totals_json(const Totals& totals, std::size_t units) {
  return describe(totals, units).dump(1);
}

namespace {

/// Texts of another program may be as deep as they are long, and writing them out again takes stack.
Json parse_shallow(const std::string& text) {
  constexpr int kMostDepth = 16;
  return Json::parse(text, [](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    if (depth > kMostDepth) throw Error{"deeper than any manifest", "manifest"};
    return true;
  });
}

PublishedFile file_from(const Json& json) {
  if (!json.at("bytes").is_number_integer()) throw Error{"not a number of bytes", json.at("path").get<std::string>()};
  PublishedFile file{json.at("path"), json.at("bytes"), json.at("sha256")};
  if (!stays_below(file)) throw Error{"a file that is not below the output folder", file.path};
  if (file.bytes < 0) throw Error{"not a number of bytes", file.path};
  return file;
}

}  // namespace

ManifestContent read_manifest(const std::string& manifest) {
  try {
    const Json json = parse_shallow(manifest);
    if (json.at("kind") != kKind || json.at("format_version") != kFormatVersion)
      throw Error{"another kind or version", "manifest"};
    ManifestContent content{json.at("totals").dump(1), {}};
    for (const Json& file : json.at("files")) content.files.push_back(file_from(file));
    return content;
  } catch (const std::exception& failure) {
    throw Error{"not a manifest of format version 1", failure.what()};
  }
}

PublishedFile describe_text(std::string path, const std::string& text) {
  return {std::move(path), static_cast<std::int64_t>(text.size()), sha256_hex(text)};
}

bool stays_below(const PublishedFile& file) {
  const std::filesystem::path name = std::filesystem::path{file.path}.lexically_normal();
  return name.is_relative() && !name.empty() && *name.begin() != "..";
}

std::string difference(const std::filesystem::path& output, const PublishedFile& file) {
  std::error_code failure;
  if (!std::filesystem::exists(output / file.path, failure)) return file.path + ": missing";
  try {
    const FileDigest digest = digest_file(output / file.path);
    if (digest.bytes != file.bytes) {
      return file.path + ": " + std::to_string(digest.bytes) + " bytes, the manifest says " +
             std::to_string(file.bytes);
    }
    return digest.sha256 == file.sha256 ? "" : file.path + ": the SHA-256 differs from the manifest's";
  } catch (const Error& problem) {
    return file.path + ": " + problem.what();
  }
}

PublishedFile describe_file(const std::filesystem::path& output, std::string path) {
  FileDigest digest = digest_file(output / path);
  return {std::move(path), digest.bytes, std::move(digest.sha256)};
}

}  // namespace veery
