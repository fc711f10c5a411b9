#include "run/watch_journal.hpp"

#include <nlohmann/json.hpp>

#include <span>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/recording_path.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/options.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::uint64_t hash_of(std::string_view text) {
  return xxh3_64(std::as_bytes(std::span{text}));
}

std::string first_line(const Json& options) {
  return Json{{"kind", "veery.watch"}, {"format_version", 1}, {"options", options}}.dump();
}

/// Begins a journal where there is none; it is there as a whole, with its first line.
fs::path begun(const fs::path& folder, const std::string& options) {
  fs::path file = folder / output_name::kWatch;
  std::error_code failure;
  if (!fs::exists(file, failure)) publish_text(file, first_line(Json::parse(options)) + "\n");
  return file;
}

void require_same_options(const fs::path& folder, const std::string& first, const std::string& options) {
  const Json json = Json::parse(first, nullptr, false);
  if (!json.is_object() || json.value("kind", "") != "veery.watch" || json.value("format_version", 0) != 1)
    throw Error{"not a journal of format version 1", (folder / output_name::kWatch).string(),
                "choose another --output, or restore the file"};
  const std::string difference = describe_difference(json.value("options", Json{}).dump(), options);
  if (difference.empty()) return;
  throw UsageError{"the output folder was begun with other options", folder.string(),
                   difference + ": give the earlier options, or another --output"};
}

std::vector<std::string> names_in(const Json& files) {
  std::vector<std::string> names;
  for (const Json& file : files) names.push_back(file.is_object() ? file.at("path") : file);
  return names;
}

std::uint64_t number_of(const std::string& hexadecimal) {
  return parse_number<std::uint64_t>(hexadecimal, 16).value_or(0);
}

}  // namespace

std::string finished_to_text(const FinishedRecording& finished) {
  Json json{{"path", finished.path},
            {"bytes", finished.bytes},
            {"mtime_ns", finished.mtime_ns},
            {"xxh3", hex64(finished.xxh3)},
            {"files", finished.files}};
  if (finished.refused) json["refused"] = true;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<FinishedRecording> finished_from_text(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    return FinishedRecording{json.at("path"),          json.at("bytes"),
                             json.at("mtime_ns"),      number_of(json.at("xxh3")),
                             json.contains("refused"), names_in(json.at("files"))};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

WatchJournal::WatchJournal(const fs::path& folder, const std::string& options) : lines_(begun(folder, options)) {
  require_same_options(folder, lines_.line_at(0), options);
  lines_.for_each([&](std::int64_t begin, const std::string& line) {
    if (begin == 0) return;
    if (const auto finished = finished_from_text(line)) {
      note(*finished, begin);
    } else {
      ++damaged_;
    }
  });
}

void WatchJournal::note(const FinishedRecording& finished, std::int64_t line) {
  const std::uint64_t path = hash_of(finished.path);
  known_[path] = {finished.bytes, finished.mtime_ns, finished.xxh3, line, finished.refused};
  first_of_stem_.try_emplace(hash_of(without_extension(finished.path)), path);
}

const WatchJournal::Known* WatchJournal::find(std::string_view path) const {
  const auto found = known_.find(hash_of(path));
  return found == known_.end() ? nullptr : &found->second;
}

bool WatchJournal::keeps_extension(std::string_view path) const {
  const auto first = first_of_stem_.find(hash_of(without_extension(path)));
  return first != first_of_stem_.end() && first->second != hash_of(path);
}

std::vector<std::string> WatchJournal::files_of(const Known& known) const {
  const auto finished = finished_from_text(lines_.line_at(known.line));
  return finished ? finished->files : std::vector<std::string>{};
}

void WatchJournal::append(const FinishedRecording& finished) {
  note(finished, lines_.append(finished_to_text(finished)));
}

}  // namespace veery
