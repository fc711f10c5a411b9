#include "audio/sound_input.hpp"

#include <cstddef>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

#include "audio/sound_file.hpp"

namespace veery {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{1} << 20U;

SoundInput& input_of(void* user) {
  return *static_cast<SoundInput*>(user);
}

}  // namespace

SoundInput::SoundInput(FileDescriptor file) : file_(std::move(file)), size_(file_.size()) {}

SNDFILE* SoundInput::open(SF_INFO& info) {
  SF_VIRTUAL_IO calls{};
  calls.get_filelen = [](void* user) -> sf_count_t { return input_of(user).size_; };
  calls.seek = [](sf_count_t offset, int whence, void* user) { return input_of(user).seek(offset, whence); };
  calls.read = [](void* bytes, sf_count_t count, void* user) { return input_of(user).read(bytes, count); };
  calls.tell = [](void* user) -> sf_count_t { return input_of(user).position_; };
  SNDFILE* const file = sf_open_virtual(&calls, SFM_READ, &info, this);
  return file != nullptr || failure_ ? file : open_by_name(info);
}

/// What libsndfile knows by its name alone, such as MP3 behind other bytes, it reads by itself. That a read fails then
/// can't be told, so all is read once before.
SNDFILE* SoundInput::open_by_name(SF_INFO& info) {
  info = {};
  SoundHandle file{sf_open(file_.path().c_str(), SFM_READ, &info)};
  if (!file) return nullptr;
  std::vector<std::byte> piece(kReadAtOnce);
  position_ = 0;
  while (read(piece.data(), static_cast<sf_count_t>(piece.size())) > 0) continue;
  return failure_ ? nullptr : file.release();
}

sf_count_t SoundInput::seek(sf_count_t offset, int whence) {
  const std::int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position_ : size_;
  position_ = base + offset;
  return position_;
}

// No exception may cross libsndfile's C code.
sf_count_t SoundInput::read(void* bytes, sf_count_t count) {
  if (failure_ || position_ < 0 || count <= 0) return 0;
  try {
    const std::span buffer{static_cast<std::byte*>(bytes), static_cast<std::size_t>(count)};
    const auto done = static_cast<sf_count_t>(file_.read_at(position_, buffer));
    position_ += done;
    return done;
  } catch (const SystemError& error) {
    failure_ = error;
    return 0;
  }
}

}  // namespace veery
