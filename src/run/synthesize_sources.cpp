#include "run/synthesize_sources.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/base/output_folder.hpp>
#include <veery/shards/int16_audio.hpp>
#include <veery/training/counter_random.hpp>

namespace veery {
namespace {

constexpr std::uint64_t kTries = 64;  // recordings that are looked through for one with as many birds as are wanted
constexpr double kLivelyCallsAMinute = 90;  // so that short recordings have several birds
constexpr double kLoudestSum = 0.8;         // of full scale, if all birds met at their peaks

using Words = std::vector<std::int16_t>;

SoundscapeOptions lively(const SynthesizeOptions& options) {
  SoundscapeOptions how = options.soundscape;
  how.calls_per_minute = std::max(how.calls_per_minute, kLivelyCallsAMinute);
  const double loudest = 20 * std::log10(kLoudestSum / std::max(options.sources->most, 1));
  how.loudest_call_dbfs = std::min(how.loudest_call_dbfs, loudest);
  how.faintest_call_dbfs = std::min(how.faintest_call_dbfs, how.loudest_call_dbfs);
  return how;
}

/// Species of a recording, those that sing longest first; of equals in the order of their codes.
std::vector<std::string> species_of(const SoundscapeOptions& how, std::uint64_t recording) {
  std::map<std::string, double> seconds;
  for (const BirdCall& call : plan_calls(how, recording)) seconds[call.species] += call.end_s - call.start_s;
  std::vector<std::pair<std::string, double>> all{seconds.begin(), seconds.end()};
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> species;
  species.reserve(all.size());
  for (auto& [name, unused] : all) species.push_back(std::move(name));
  return species;
}

Words render(const SoundscapeOptions& how, std::uint64_t recording, const SoundscapePart& part) {
  SoundscapeStream stream{how, recording, part};
  std::vector<float> samples(static_cast<std::size_t>(stream.samples()));
  static_cast<void>(stream.read(samples));
  Words words(samples.size());
  to_int16(samples, words);
  return words;
}

void write(const OutputFolder& folder, const std::string& name, int sample_rate_hz, const Words& words) {
  AudioWriter writer{folder, name, AudioFormat::wav, sample_rate_hz};
  writer.write(words);
  writer.publish();
}

std::string example_name(const std::string& split, std::size_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 6 - std::min<std::size_t>(6, digits.size()), '0');
  return split + "/example" + digits;
}

}  // namespace

std::string write_source_example(const SynthesizeOptions& options, std::size_t number) {
  const SoundscapeOptions how = lively(options);
  const auto choices =
      static_cast<std::uint64_t>(options.sources->most) + 1 - static_cast<std::uint64_t>(options.sources->fewest);
  const auto wanted = static_cast<std::size_t>(options.sources->fewest) +
                      static_cast<std::size_t>(draw_below({how.seed, 0}, DrawPurpose::birds, number, choices));
  std::uint64_t recording = number * kTries;
  std::vector<std::string> species = species_of(how, recording);
  while (species.size() < wanted && ++recording % kTries != 0) species = species_of(how, recording);
  species.resize(std::min(species.size(), wanted));

  std::vector<std::pair<std::string, Words>> sources;
  SoundscapeOptions alone = how;
  alone.calls_per_minute = 0;
  sources.emplace_back("background0", render(alone, recording, {}));
  for (std::size_t bird = 0; bird < species.size(); ++bird)
    sources.emplace_back("foreground" + std::to_string(bird), render(how, recording, {false, species[bird]}));

  const OutputFolder folder{options.output};
  const std::string name = example_name(options.split, number);
  Words mixture(sources.front().second.size());
  std::string line = name + ".wav";
  for (const auto& [source, words] : sources) {
    for (std::size_t i = 0; i < words.size(); ++i) mixture[i] = static_cast<std::int16_t>(mixture[i] + words[i]);
    const std::string file = std::string{name}.append("_sources/").append(source).append(".wav");
    write(folder, file, how.sample_rate_hz, words);
    line += "\t" + file;
  }
  write(folder, name + ".wav", how.sample_rate_hz, mixture);
  return line + "\n";
}

}  // namespace veery
