#pragma once
// Where libsndfile reads from. To it, a disk that fails in the middle of a recording is the recording's end: here the
// failure is kept.
#include <sndfile.h>

#include <cstdint>
#include <optional>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>

namespace veery {

/// The file that an open SNDFILE reads; must outlive it and stay in its place.
class SoundInput {
 public:
  /// Throws SystemError.
  explicit SoundInput(FileDescriptor file);
  SoundInput(const SoundInput&) = delete;
  SoundInput& operator=(const SoundInput&) = delete;
  ~SoundInput() = default;

  /// nullptr when libsndfile refuses.
  [[nodiscard]] SNDFILE* open(SF_INFO& info);
  [[nodiscard]] const FileDescriptor& file() const { return file_; }
  /// The first read that failed, if one did. Nothing is read after it.
  [[nodiscard]] const std::optional<SystemError>& failure() const { return failure_; }

 private:
  [[nodiscard]] SNDFILE* open_by_name(SF_INFO& info);
  [[nodiscard]] sf_count_t seek(sf_count_t offset, int whence);
  [[nodiscard]] sf_count_t read(void* bytes, sf_count_t count);

  FileDescriptor file_;
  std::int64_t size_;
  std::int64_t position_ = 0;
  std::optional<SystemError> failure_;
};

}  // namespace veery
