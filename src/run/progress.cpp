#include "run/progress.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <veery/base/csv.hpp>
#include <veery/base/quantity.hpp>

namespace veery {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string count(double value) {
  return fixed_decimal(value, 0);
}

}  // namespace

std::string padded(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

RankProgress& RankProgress::operator+=(const RankProgress& other) {
  units += other.units;
  recordings += other.recordings;
  bad += other.bad;
  slices += other.slices;
  audio_s += other.audio_s;
  decode_s += other.decode_s;
  peaks_s += other.peaks_s;
  write_s += other.write_s;
  wait_s += other.wait_s;
  read_retries += other.read_retries;
  return *this;
}

std::vector<RankProgress> until_the_last(std::vector<RankProgress> ranks) {
  double end_s = 0.0;
  for (const RankProgress& rank : ranks) end_s = std::max(end_s, rank.wall_s);
  for (RankProgress& rank : ranks) {
    rank.wait_s += end_s - rank.wall_s;
    rank.wall_s = end_s;
  }
  return ranks;
}

std::string progress_line(const std::vector<RankProgress>& ranks, const Workload& workload, double elapsed_s) {
  RankProgress sum;
  for (const RankProgress& rank : ranks) sum += rank;
  const double speed = elapsed_s > 0.0 ? sum.audio_s / elapsed_s : 0.0;
  const double left_s = speed > 0.0 ? std::max(workload.audio_s - sum.audio_s, 0.0) / speed : -1.0;
  return count(sum.recordings) + "/" + count(workload.recordings) + " recordings, " +
         fixed_decimal(sum.audio_s / 3600.0, 2) + " of " + fixed_decimal(workload.audio_s / 3600.0, 2) + " h, " +
         fixed_decimal(speed / 3600.0, 3) + " h/s (" + count(speed) + "x real time), " + count(sum.slices) +
         " slices, " + count(sum.bad) + " bad, " + (left_s < 0.0 ? std::string{"?"} : format_duration(left_s)) +
         " left";
}

std::string rank_table(const std::vector<RankProgress>& ranks) {
  std::string table = "  rank  units  recordings   hours   decode    peaks    write  waiting     wall (seconds)\n";
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    const RankProgress& rank = ranks[r];
    table += padded(std::to_string(r), 6) + padded(count(rank.units), 7) + padded(count(rank.recordings), 12) +
             padded(fixed_decimal(rank.audio_s / 3600.0, 2), 8);
    for (const double seconds : {rank.decode_s, rank.peaks_s, rank.write_s, rank.wait_s, rank.wall_s}) {
      table += padded(fixed_decimal(seconds, 1), 9);
    }
    table += '\n';
  }
  return table;
}

struct Reporter::State {
  spdlog::logger log{"veery"};
  bool live = false;
  bool quiet = false;
  bool line_open = false;
  double every_s = 30.0;
  Clock::time_point start = Clock::now();
  Clock::time_point last = Clock::now();

  void end_live_line() {
    if (line_open) std::fputs("\r\033[K", stderr);
    line_open = false;
  }
};

Reporter::Reporter(const ReportOptions& options, bool speaks) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.quiet = options.quiet || !speaks;
  state.live = speaks && !options.quiet && ::isatty(STDERR_FILENO) != 0;
  state.every_s = state.live ? 0.5 : options.log_every_s;
  if (!speaks) return;
  auto console = std::make_shared<spdlog::sinks::stderr_color_sink_st>();
  console->set_pattern("%v");
  console->set_level(options.quiet     ? spdlog::level::warn
                     : options.verbose ? spdlog::level::debug
                                       : spdlog::level::info);
  state.log.sinks().push_back(std::move(console));
  if (!options.log_file.empty()) {
    auto file = std::make_shared<spdlog::sinks::basic_file_sink_st>(options.log_file.string());
    file->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    file->set_level(spdlog::level::debug);
    state.log.sinks().push_back(std::move(file));
  }
  state.log.set_level(spdlog::level::debug);
  state.log.flush_on(spdlog::level::debug);
}

Reporter::~Reporter() {
  state_->end_live_line();
}

void Reporter::info(const std::string& line) {
  state_->end_live_line();
  state_->log.info(line);
}

void Reporter::detail(const std::string& line) {
  state_->end_live_line();
  state_->log.debug(line);
}

void Reporter::warn(const std::string& line) {
  state_->end_live_line();
  state_->log.warn(line);
}

double Reporter::elapsed_s() const {
  return seconds_since(state_->start);
}

void Reporter::show_progress(const std::function<std::string()>& describe) {
  State& state = *state_;
  if (seconds_since(state.last) < state.every_s) return;
  state.last = Clock::now();
  const std::string line = describe();
  if (!state.live) {
    state.log.info(line);
    return;
  }
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  state.line_open = true;
}

}  // namespace veery
