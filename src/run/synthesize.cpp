#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <functional>

#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/run/commands.hpp>
#include <veery/shards/int16_audio.hpp>
#include <veery/synthesis/annotation_table.hpp>

#include "run/cores.hpp"
#include "run/synthesize_sources.hpp"
#include "run/worker_pool.hpp"

namespace veery {
namespace {

constexpr std::int64_t kFirstStartS = 1'717'221'600;  // 2024-06-01T06:00:00
constexpr std::size_t kSites = 4;
constexpr std::size_t kSamplesPerBlock = 65'536;

/// "site-2/20240601_060500.flac": recorders that run side by side, each recording following its last.
std::string recording_name(std::size_t number, double recording_s) {
  const std::size_t round = number / kSites;
  const auto seconds = kFirstStartS + std::llround(static_cast<double>(round) * std::max(recording_s, 1.0));
  const std::time_t time = seconds;
  std::tm fields{};
  gmtime_r(&time, &fields);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y%m%d_%H%M%S.flac", &fields);
  return "site-" + std::to_string(number % kSites + 1) + "/" + std::string{text.data(), length};
}

std::vector<BirdCall> write_recording(const SynthesizeOptions& options, std::size_t number,
                                      const SoundscapeOptions& how) {
  SoundscapeStream stream{how, number};
  AudioWriter writer{OutputFolder{options.output}, recording_name(number, options.soundscape.recording_s),
                     AudioFormat::flac, how.sample_rate_hz};
  std::vector<float> block(kSamplesPerBlock);
  std::vector<std::int16_t> samples(kSamplesPerBlock);
  while (const std::size_t count = stream.read(block)) {
    to_int16(block, samples);
    writer.write(std::span{samples}.first(count));
  }
  writer.publish();
  return stream.calls();
}

/// Calls `write` with 0, 1, … on the threads that there are.
void for_each_number(std::size_t count, int threads, const std::function<void(std::size_t number)>& write) {
  std::atomic<std::size_t> left{count};
  WorkerPool pool{threads};
  for (std::size_t number = 0; number < count; ++number) {
    pool.submit([&, number] {
      write(number);
      --left;
    });
  }
  while (left > 0) pool.wait_for_job(std::chrono::milliseconds{100});
}

int synthesize_sources(const SynthesizeOptions& options, std::size_t count, int threads) {
  if (options.sources->fewest < 0 || options.sources->most > 7 || options.sources->most < options.sources->fewest)
    throw UsageError{"impossible numbers of birds", "--birds", "from 0 to 7, such as 0..3"};
  std::vector<std::string> lines(count);
  for_each_number(count, threads, [&](std::size_t number) { lines[number] = write_source_example(options, number); });
  OutputFolder{options.output}.publish_text(options.split + "_example_list.txt", joined(lines, ""));
  std::fprintf(stderr, "made %zu examples of the split %s in %s\n", count, options.split.c_str(),
               options.output.c_str());
  return exit_code::kDone;
}

}  // namespace

int run_synthesize(const SynthesizeOptions& options) {
  const double total_s = options.hours * 3600.0;
  const double each_s = options.soundscape.recording_s;
  if (!(total_s > 0.0) || !(each_s > 0.0))
    throw UsageError{"nothing to make", "--hours, --recording", "give lengths above 0"};
  const auto count = static_cast<std::size_t>(std::ceil(total_s / each_s - 1e-9));
  const int threads = threads_of_rank(options.threads, 1);
  if (options.sources) return synthesize_sources(options, count, threads);
  std::vector<AnnotatedRecording> annotated(count);
  for_each_number(count, threads, [&](std::size_t number) {
    SoundscapeOptions how = options.soundscape;
    how.recording_s = std::min(each_s, total_s - static_cast<double>(number) * each_s);
    annotated[number] = {recording_name(number, each_s), write_recording(options, number, how)};
  });
  OutputFolder{options.output}.publish_text("annotations.csv", annotation_table(annotated));
  std::size_t calls = 0;
  for (const AnnotatedRecording& recording : annotated) calls += recording.calls.size();
  std::fprintf(stderr, "made %zu recordings with %zu bird calls in %s\n", count, calls, options.output.c_str());
  return exit_code::kDone;
}

}  // namespace veery
