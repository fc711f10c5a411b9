#include "synthetic_index.hpp"

#include <cmath>
#include <span>

#include <veery/base/digest.hpp>

namespace veery::test {
namespace {

constexpr std::size_t kSites = 20;
constexpr std::int64_t kFirstStartMs = 1'717'221'600'000;  // 2024-06-01T06:00:00
constexpr int kRateHz = 32'000;
constexpr double kShortestS = 6.0;
constexpr double kLongestS = 600.0;

/// A density that falls with the power 1.5: the mean is the geometric mean of the bounds, a minute.
double skewed_length_s(std::uint64_t hash) {
  const double place = std::ldexp(static_cast<double>(hash), -64);
  const double upper = 1.0 / std::sqrt(kShortestS);
  const double lower = 1.0 / std::sqrt(kLongestS);
  return std::pow(upper - place * (upper - lower), -2.0);
}

/// "site-07/20240601_060000.flac": ten minutes from one to the next.
std::string path_of(std::size_t number) {
  std::string time = format_time({kFirstStartMs + static_cast<std::int64_t>(number / kSites) * 600'000, std::nullopt});
  time = time.substr(0, 4) + time.substr(5, 2) + time.substr(8, 2) + "_" + time.substr(11, 2) + time.substr(14, 2) +
         time.substr(17, 2);
  const std::size_t site = number % kSites;
  return "archive/site-" + std::string(site < 10 ? "0" : "") + std::to_string(site) + "/" + time + ".flac";
}

}  // namespace

ArchiveIndex synthetic_share(std::size_t count, std::size_t rank, std::size_t size) {
  ArchiveIndex share;
  for (std::size_t i = rank; i < count; i += size) {
    Recording recording;
    recording.path = path_of(i);
    if (i % 1000 == 999) {
      share.refused.push_back({recording.path, {Reason::header_only, "no sample"}});
      continue;
    }
    recording.id = xxh3_64(std::as_bytes(std::span{recording.path}));
    recording.audio.sample_rate_hz = kRateHz;
    recording.audio.channels = 1;
    recording.audio.claimed_frames = std::llround(skewed_length_s(recording.id) * kRateHz);
    recording.audio.frames = recording.audio.claimed_frames;
    recording.audio.format = "FLAC (Free Lossless Audio Codec), Signed 16 bit PCM";
    recording.bytes = recording.audio.frames;
    recording.site = recording.path.substr(0, recording.path.rfind('/'));
    recording.start = time_from_name(recording.path.substr(recording.path.rfind('/') + 1));
    recording.start_from = "name";
    share.recordings.push_back(std::move(recording));
  }
  return share;
}

}  // namespace veery::test
