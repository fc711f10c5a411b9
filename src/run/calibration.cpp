#include "run/calibration.hpp"

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <span>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/split.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/temporary_folder.hpp>
#include <veery/base/text.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>

#include "run/child_process.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr double kPatienceS = 60.0;   ///< for start and end beside the measured work
constexpr double kShareOfTime = 0.8;  ///< that a second, longer measurement plans for

/// The command's options without those that the measurement sets, or that would leave traces.
std::vector<std::string> words_to_measure(const std::vector<std::string>& words) {
  static const std::set<std::string, std::less<>> kOwn{
      "--files-from", "--threads", "--unit-audio",      "--split",  "--split-by",
      "--walltime",   "--grace",   "--stop-before-end", "--extend", "--check"};
  std::vector<std::string> kept;
  std::copy_if(words.begin(), words.end(), std::back_inserter(kept), [](const std::string& word) {
    return !kOwn.contains(std::string_view{word}.substr(0, word.find('=')));
  });
  return kept;
}

double claimed_s(const ArchiveIndex& index, std::span<const std::size_t> chosen) {
  return std::accumulate(chosen.begin(), chosen.end(), 0.0,
                         [&](double sum, std::size_t i) { return sum + index.recordings[i].claimed_s(); });
}

std::string last_line(const fs::path& log) {
  std::error_code ignored;
  if (!fs::exists(log, ignored)) return "";
  const std::string text = read_text(log);
  const std::vector<std::string_view> lines = split(text, '\n');
  const auto last = std::find_if(lines.rbegin(), lines.rend(), [](std::string_view line) { return !line.empty(); });
  return last == lines.rend() ? "" : printable(*last);
}

class Measurement {
 public:
  Measurement(const SubmitOptions& options, const ArchiveIndex& index, fs::path program, int threads)
      : options_(options), index_(index), program_(std::move(program)), threads_(threads) {}

  /// One run over `chosen`, which ends in `limit_s` at the latest, with what it has read until then.
  [[nodiscard]] Calibration run(std::span<const std::size_t> chosen, double limit_s) {
    const fs::path log = folder_.path() / "log";
    fs::remove_all(output());
    fs::remove(log);
    write_list(chosen);
    const ChildCommand command{program_, words(limit_s), options_.environment, "/dev/null", log};
    const auto status = wait_for_child(start_child(command), limit_s + kPatienceS);
    Calibration result;
    result.threads = threads_;
    if (!status) {
      result.why_not = "it did not end within " + format_duration(limit_s + kPatienceS);
    } else if (WIFSIGNALED(*status)) {
      result.why_not = "it died of " + signal_name(WTERMSIG(*status));
    } else {
      read_result(chosen, WEXITSTATUS(*status), log, result);
    }
    return result;
  }

 private:
  [[nodiscard]] fs::path output() const { return folder_.path() / "out"; }
  [[nodiscard]] fs::path list() const { return folder_.path() / "recordings"; }

  void write_list(std::span<const std::size_t> chosen) const {
    std::string text;
    for (const std::size_t i : chosen) text += index_.recordings[i].path + '\0';
    publish_text(list(), text);
  }

  [[nodiscard]] std::vector<std::string> words(double limit_s) const {
    const fs::path& archive = options_.command.archive;
    std::vector<std::string> all{program_,
                                 options_.command.name,
                                 fs::absolute(archive).string(),
                                 "--output=" + output().string(),
                                 "--threads=" + std::to_string(threads_),
                                 "--unit-audio=1000000h",
                                 "--grace=0s",
                                 "--stop-before-end=0s",
                                 "--walltime=" + std::to_string(limit_s) + "s"};
    std::error_code ignored;
    if (fs::is_directory(archive, ignored)) all.push_back("--files-from=" + list().string());
    for (std::string& word : words_to_measure(options_.command.words)) all.push_back(std::move(word));
    return all;
  }

  void read_result(std::span<const std::size_t> chosen, int code, const fs::path& log, Calibration& result) const {
    const bool whole = code == exit_code::kDone || code == exit_code::kDoneWithBad;
    if ((!whole && code != exit_code::kStopped) || !fs::exists(output() / output_name::kRun)) {
      result.why_not = "it ended with exit code " + std::to_string(code) + ": " + last_line(log);
      return;
    }
    const nlohmann::json run = nlohmann::json::parse(read_text(output() / output_name::kRun));
    const nlohmann::json& rank = run.at("ranks").at(0);
    result.recordings = rank.at("recordings").get<std::size_t>();
    result.audio_s = whole ? claimed_s(index_, chosen) : rank.at("audio_s").get<double>();
    result.seconds = rank.at("wall_s");
    result.device = rank.at("device");
    if (result.audio_s > 0.0 && result.seconds > 0.0) {
      result.audio_s_per_s = result.audio_s / result.seconds;
    } else {
      result.why_not = "no recording was read to its end in that time";
    }
  }

  const SubmitOptions& options_;
  const ArchiveIndex& index_;
  fs::path program_;
  int threads_;
  TemporaryFolder folder_;
};

}  // namespace

std::vector<std::size_t> calibration_order(const ArchiveIndex& index) {
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  order.reserve(index.recordings.size());
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    const std::string text = "calibration " + index.recordings[i].path;
    order.emplace_back(xxh3_64(std::as_bytes(std::span{text})), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::size_t> recordings;
  recordings.reserve(order.size());
  for (const auto& [hash, i] : order) recordings.push_back(i);
  return recordings;
}

Calibration calibrate(const SubmitOptions& options, const ArchiveIndex& index, const fs::path& program, int threads) {
  const std::vector<std::size_t> order = calibration_order(index);
  const std::span<const std::size_t> all{order};
  const std::size_t few = std::min(all.size(), static_cast<std::size_t>(threads));
  if (few == 0) {
    Calibration none;
    none.why_not = "the archive has no recordings";
    return none;
  }
  Measurement measurement{options, index, program, threads};
  Calibration first = measurement.run(all.first(few), options.calibrate_s);
  const double left_s = options.calibrate_s - first.seconds;
  if (first.audio_s_per_s <= 0.0 || left_s <= first.seconds) return first;
  // A recording a thread shows how long the rest of the time lasts: more of them keep the threads busy to the end.
  const double audio_s = kShareOfTime * left_s * first.audio_s_per_s;
  std::size_t more = few;
  for (double sum = 0.0; more < all.size() && sum < audio_s; ++more) sum += index.recordings[all[more]].claimed_s();
  if (more <= few) return first;
  Calibration second = measurement.run(all.subspan(few, more - few), left_s);
  if (second.audio_s_per_s > 0.0) return second;
  return first;
}

}  // namespace veery
