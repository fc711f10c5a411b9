#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/state/lease.hpp>
#include <veery/state/status_file.hpp>
#include <veery/state/utc.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
constexpr double kWriteEveryS = 5.0;

std::string text_of(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json describe(const RankStatus& rank) {
  return {{"host", rank.host},
          {"silent_s", rank.silent_s},
          {"units", rank.units},
          {"audio_s", rank.audio_s},
          {"in_work", rank.in_work}};
}

Json progress_of(const RunStatus& status) {
  Json ranks = Json::array();
  for (const RankStatus& rank : status.ranks) ranks.push_back(describe(rank));
  return {{"units", status.units},
          {"units_done", status.units_done},
          {"audio_s", status.audio_s},
          {"audio_done_s", status.audio_done_s},
          {"speed", status.speed},
          {"bad", status.bad},
          {"ranks", ranks}};
}

Json progress_of(const TrainingStatus& status) {
  return {{"steps", status.steps},
          {"steps_done", status.steps_done},
          {"batch", status.batch},
          {"views_per_s", status.views_per_s}};
}

std::string_view state_name(int exit_code) {
  switch (exit_code) {
    case 0:
    case 3:
      return "done";
    case 75:
      return "stopped";
    default:
      return "failed";
  }
}

Json read_status(const fs::path& folder) {
  const fs::path file = folder / output_name::kStatus;
  std::error_code failure;
  if (!fs::exists(file, failure)) throw Error{"no run has left a status here", file.string(), "check the path"};
  Json json = Json::parse(read_text(file), nullptr, false);
  if (!json.is_object() || json.value("kind", "") != "veery.status")
    throw Error{"not a status of format version 1", file.string()};
  return json;
}

std::string hours(double seconds) {
  return fixed_decimal(seconds / 3600.0, 2);
}

std::string first_line(const Json& json, const std::optional<LeaseHolder>& holder) {
  const std::string state = json.at("state");
  if (state != "running") {
    const std::string reason = json.at("reason");
    return state + " at " + json.at("ended_at").get<std::string>() + " with exit code " + json.at("exit_code").dump() +
           (reason.empty() ? "" : ": " + printable(reason));
  }
  const std::string who = " on " + printable(json.at("host").get<std::string>()) + ", pid " + json.at("pid").dump();
  if (!holder || holder->is_gone) return "died without a word" + who + ": run the same command again to continue";
  return "running" + who + ", last heartbeat " + holder->beaten_at;
}

std::string pace(double speed, int decimals, std::string_view unit) {
  return ", " + fixed_decimal(speed, decimals) + std::string{unit};
}

std::string time_left(double left, double speed) {
  return ", " + (speed > 0.0 ? format_duration(std::max(left, 0.0) / speed) : "?") + " left";
}

/// What is done has no time left, and no speed where there was nothing to do.
std::string describe_training(const Json& progress, bool is_done) {
  const auto steps = progress.at("steps").get<std::int64_t>();
  const auto done = progress.at("steps_done").get<std::int64_t>();
  const double speed = progress.at("views_per_s").get<double>();
  const double left = static_cast<double>(steps - done) * progress.at("batch").get<double>();
  std::string text = std::to_string(done) + " of " + std::to_string(steps) + " steps";
  if (speed > 0.0 || !is_done) text += pace(speed, 2, " views/s");
  if (!is_done) text += time_left(left, speed);
  return text + "\n";
}

/// Recordings in the quarantine: those of earlier runs too, which the status does not count.
std::optional<double> quarantined(const fs::path& folder) {
  const fs::path file = folder / output_name::kQuarantine;
  std::error_code failure;
  if (!fs::exists(file, failure)) return std::nullopt;
  std::set<std::string> paths;
  for (const auto& row : parse_csv(read_text(file))) paths.insert(row.front());
  return std::max(static_cast<double>(paths.size()) - 1.0, 0.0);  // without the header
}

std::string describe_work(const fs::path& folder, const Json& progress, bool is_done) {
  const double left_s = progress.at("audio_s").get<double>() - progress.at("audio_done_s").get<double>();
  const double speed = progress.at("speed").get<double>();
  const double bad = progress.at("bad").get<double>();
  std::string text = progress.at("units_done").dump() + " of " + progress.at("units").dump() + " units, " +
                     hours(progress.at("audio_done_s")) + " of " + hours(progress.at("audio_s")) + " h";
  if (speed > 0.0 || !is_done) text += pace(speed, 0, "x real time");
  text += ", " + fixed_decimal(is_done ? quarantined(folder).value_or(bad) : bad, 0) + " bad";
  if (!is_done) text += time_left(left_s, speed);
  return text + "\n";
}

std::string describe_ranks(const Json& ranks) {
  std::string text;
  std::size_t number = 0;
  for (const Json& rank : ranks) {
    text += "  rank " + std::to_string(number++) + " on " + printable(rank.at("host").get<std::string>()) + ": " +
            fixed_decimal(rank.at("units"), 0) + " units, " + hours(rank.at("audio_s")) + " h, heard of " +
            format_duration(rank.at("silent_s")) + " before";
    for (const Json& recording : rank.at("in_work")) text += ", " + printable(recording.get<std::string>());
    text += '\n';
  }
  return text;
}

std::string describe_progress(const fs::path& folder, const Json& json) {
  const Json& progress = json.at("progress");
  const bool is_done = json.at("state") == "done";
  if (progress.contains("steps")) return describe_training(progress, is_done);
  return describe_work(folder, progress, is_done) + describe_ranks(progress.at("ranks"));
}

}  // namespace

StatusFile::StatusFile(const fs::path& folder, std::string host)
    : file_(folder / output_name::kStatus), host_(std::move(host)), begun_at_(utc_now()) {}

bool StatusFile::is_due() const {
  return std::chrono::duration<double>(Clock::now() - last_).count() >= kWriteEveryS;
}

void StatusFile::running(const std::variant<RunStatus, TrainingStatus>& status) {
  last_ = Clock::now();
  const Json json{
      {"kind", "veery.status"},  {"format_version", 1},
      {"state", "running"},      {"host", host_},
      {"pid", ::getpid()},       {"begun_at", begun_at_},
      {"updated_at", utc_now()}, {"progress", std::visit([](const auto& each) { return progress_of(each); }, status)}};
  try {
    publish_text(file_, text_of(json));
  } catch (const Error&) {
    // The next one may succeed.
  }
}

void note_end(const fs::path& folder, int exit_code, const std::string& reason) noexcept {
  try {
    Json json = read_status(folder);
    json["state"] = state_name(exit_code);
    json["ended_at"] = utc_now();
    json["exit_code"] = exit_code;
    json["reason"] = reason;
    publish_text(folder / output_name::kStatus, text_of(json));
  } catch (const std::exception&) {
    // Whoever asks finds that the run is gone.
  }
}

std::string kept_status(const fs::path& folder) noexcept {
  try {
    std::error_code failure;
    const fs::path file = folder / output_name::kStatus;
    return fs::exists(file, failure) ? read_text(file) : std::string{};
  } catch (const std::exception&) {
    return {};
  }
}

void restore_status(const fs::path& folder, const std::string& kept) noexcept {
  try {
    const fs::path file = folder / output_name::kStatus;
    std::error_code ignored;
    if (kept.empty()) {
      fs::remove(file, ignored);
    } else {
      publish_text(file, kept);
    }
  } catch (const std::exception&) {
    // As in note_end.
  }
}

std::string describe_status(const fs::path& folder, bool as_json) {
  Json json = read_status(folder);
  const std::optional<LeaseHolder> holder = lease_holder(folder);
  if (as_json) {
    json["holder"] = nullptr;
    if (holder)
      json["holder"] = {
          {"host", holder->host}, {"pid", holder->pid}, {"beaten_at", holder->beaten_at}, {"gone", holder->is_gone}};
    return text_of(json);
  }
  try {
    return first_line(json, holder) + "\n" + describe_progress(folder, json);
  } catch (const Json::exception& problem) {
    throw Error{"not a status of format version 1", (folder / output_name::kStatus).string(), problem.what()};
  }
}

}  // namespace veery
