#pragma once
// What TensorBoard reads: curves, sounds and pictures by step, as TFRecords of tensorflow.Event (event.proto and
// summary.proto of TensorFlow). Without TensorFlow.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <veery/base/file_descriptor.hpp>

namespace veery {

/// One file of events, to which steps are added while training goes on. What was added can be read at once; a torn
/// record at the end of a killed run's file ends what readers see of it, so a run that continues begins another file.
/// Not thread-safe.
class EventFile {
 public:
  /// Creates `folder`/events.out.tfevents.SECONDS.HOST.NUMBER, the first such name that is free. `wall_time_s`: since
  /// 1970, also of each event. Throws Error.
  EventFile(const std::filesystem::path& folder, double wall_time_s, const std::string& host);

  /// Tags are paths for TensorBoard ("validation/loss"). All throw Error when the file can't be written.
  void add_scalar(double wall_time_s, std::int64_t step, std::string_view tag, float value);
  /// `wav`: a whole WAV file of one channel.
  void add_sound(double wall_time_s, std::int64_t step, std::string_view tag, std::string_view wav, int sample_rate_hz,
                 std::int64_t frames);
  /// `png`: a whole PNG file, RGB.
  void add_picture(double wall_time_s, std::int64_t step, std::string_view tag, std::string_view png, int width,
                   int height);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void add(std::string_view event);

  std::filesystem::path path_;
  FileDescriptor file_;
};

}  // namespace veery
