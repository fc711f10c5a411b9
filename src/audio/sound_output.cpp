#include "audio/sound_output.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <utility>

#include <veery/base/error.hpp>

namespace veery {
namespace {

SoundOutput& output_of(void* user) {
  return *static_cast<SoundOutput*>(user);
}

}  // namespace

SoundOutput::SoundOutput(FileDescriptor file) : file_(std::move(file)) {}

SNDFILE* SoundOutput::open(SF_INFO& info) {
  SF_VIRTUAL_IO calls{};
  calls.get_filelen = [](void* user) -> sf_count_t { return output_of(user).size_; };
  calls.seek = [](sf_count_t offset, int whence, void* user) { return output_of(user).seek(offset, whence); };
  calls.read = [](void* bytes, sf_count_t count, void* user) { return output_of(user).read(bytes, count); };
  calls.write = [](const void* bytes, sf_count_t count, void* user) { return output_of(user).write(bytes, count); };
  calls.tell = [](void* user) -> sf_count_t { return output_of(user).position_; };
  return sf_open_virtual(&calls, SFM_WRITE, &info, this);
}

void SoundOutput::rethrow() const {
  if (failure_) std::rethrow_exception(failure_);
}

sf_count_t SoundOutput::seek(sf_count_t offset, int whence) {
  const std::int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position_ : size_;
  position_ = base + offset;
  return position_;
}

// No exception may cross libsndfile's C code: what fails is kept, and libsndfile sees a short transfer.
sf_count_t SoundOutput::read(void* bytes, sf_count_t count) {
  try {
    const std::span buffer{static_cast<std::byte*>(bytes), static_cast<std::size_t>(count)};
    const auto done = static_cast<sf_count_t>(file_.read_at(position_, buffer));
    position_ += done;
    return done;
  } catch (const Error&) {
    if (!failure_) failure_ = std::current_exception();
    return 0;
  }
}

sf_count_t SoundOutput::write(const void* bytes, sf_count_t count) {
  if (failure_) return 0;
  try {
    file_.write_at(position_, {static_cast<const std::byte*>(bytes), static_cast<std::size_t>(count)});
  } catch (const Error&) {
    failure_ = std::current_exception();
    return 0;
  }
  position_ += count;
  size_ = std::max(size_, position_);
  return count;
}

}  // namespace veery
