#include <fcntl.h>
#include <protozero/pbf_writer.hpp>

#include <cmath>
#include <span>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/shards/tfrecord.hpp>
#include <veery/training/event_file.hpp>

namespace veery {
namespace {

using protozero::pbf_writer;
using Tag = protozero::pbf_tag_type;

// Field numbers of event.proto and summary.proto.
namespace event {
constexpr Tag kWallTime = 1;
constexpr Tag kStep = 2;
constexpr Tag kFileVersion = 3;
constexpr Tag kSummary = 5;
}  // namespace event
namespace summary {
constexpr Tag kValue = 1;
}
namespace value {
constexpr Tag kTag = 1;
constexpr Tag kScalar = 2;
constexpr Tag kImage = 4;
constexpr Tag kAudio = 6;
}  // namespace value
namespace image {
constexpr Tag kHeight = 1;
constexpr Tag kWidth = 2;
constexpr Tag kColours = 3;
constexpr Tag kBytes = 4;
constexpr std::int32_t kRgb = 3;
}  // namespace image
namespace audio {
constexpr Tag kRate = 1;
constexpr Tag kChannels = 2;
constexpr Tag kFrames = 3;
constexpr Tag kBytes = 4;
constexpr Tag kType = 5;
}  // namespace audio

/// The event with one value, which `fill` makes.
template <typename Fill>
std::string event_of(double wall_time_s, std::int64_t step, std::string_view tag, Fill&& fill) {
  std::string content;
  pbf_writer event{content};
  event.add_double(event::kWallTime, wall_time_s);
  event.add_int64(event::kStep, step);
  pbf_writer all{event, event::kSummary};
  pbf_writer one{all, summary::kValue};
  one.add_string(value::kTag, tag.data(), tag.size());
  fill(one);
  one.commit();
  all.commit();
  return content;
}

FileDescriptor create_in(const std::filesystem::path& folder, double wall_time_s, const std::string& host) {
  create_folder(folder);
  const std::string name = "events.out.tfevents." + std::to_string(std::llround(wall_time_s)) + "." + host + ".";
  for (int number = 0;; ++number) {
    try {
      return FileDescriptor::open(folder / (name + std::to_string(number)), O_CREAT | O_EXCL | O_RDWR);
    } catch (const SystemError& problem) {
      if (problem.error_number() != EEXIST) throw;
    }
  }
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& folder, double wall_time_s, const std::string& host)
    : file_(create_in(folder, wall_time_s, host)) {
  path_ = file_.path();
  std::string content;
  pbf_writer event{content};
  event.add_double(event::kWallTime, wall_time_s);
  event.add_string(event::kFileVersion, "brain.Event:2");
  add(content);
}

void EventFile::add(std::string_view event) {
  std::string record;
  append_tfrecord(record, event);
  file_.write_at(file_.size(), std::as_bytes(std::span{record}));
}

void EventFile::add_scalar(double wall_time_s, std::int64_t step, std::string_view tag, float value) {
  add(event_of(wall_time_s, step, tag, [&](pbf_writer& one) { one.add_float(value::kScalar, value); }));
}

void EventFile::add_sound(double wall_time_s, std::int64_t step, std::string_view tag, std::string_view wav,
                          int sample_rate_hz, std::int64_t frames) {
  add(event_of(wall_time_s, step, tag, [&](pbf_writer& one) {
    pbf_writer sound{one, value::kAudio};
    sound.add_float(audio::kRate, static_cast<float>(sample_rate_hz));
    sound.add_int64(audio::kChannels, 1);
    sound.add_int64(audio::kFrames, frames);
    sound.add_bytes(audio::kBytes, wav.data(), wav.size());
    sound.add_string(audio::kType, "audio/wav");
  }));
}

void EventFile::add_picture(double wall_time_s, std::int64_t step, std::string_view tag, std::string_view png,
                            int width, int height) {
  add(event_of(wall_time_s, step, tag, [&](pbf_writer& one) {
    pbf_writer picture{one, value::kImage};
    picture.add_int32(image::kHeight, height);
    picture.add_int32(image::kWidth, width);
    picture.add_int32(image::kColours, image::kRgb);
    picture.add_bytes(image::kBytes, png.data(), png.size());
  }));
}

}  // namespace veery
