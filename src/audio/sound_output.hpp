#pragma once
// Where libsndfile writes to. It drops the errors of what it writes while it closes a FLAC file, so that a full disk
// would leave a cut file that looks whole: here the first error is kept, with its errno.
#include <sndfile.h>

#include <cstdint>
#include <exception>

#include <veery/base/file_descriptor.hpp>

namespace veery {

/// The file that an open SNDFILE writes; must outlive it and stay in its place.
class SoundOutput {
 public:
  explicit SoundOutput(FileDescriptor file);
  SoundOutput(const SoundOutput&) = delete;
  SoundOutput& operator=(const SoundOutput&) = delete;
  ~SoundOutput() = default;

  /// nullptr when libsndfile refuses.
  [[nodiscard]] SNDFILE* open(SF_INFO& info);
  /// Throws the first Error that a write met, if any.
  void rethrow() const;

 private:
  [[nodiscard]] sf_count_t seek(sf_count_t offset, int whence);
  [[nodiscard]] sf_count_t read(void* bytes, sf_count_t count);
  [[nodiscard]] sf_count_t write(const void* bytes, sf_count_t count);

  FileDescriptor file_;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
  std::exception_ptr failure_;
};

}  // namespace veery
