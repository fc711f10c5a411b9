#include "run/settling.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace veery {

std::optional<FileState> state_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileState{status.st_size, std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                   status.st_ino};
}

void Settling::begin_poll(double now_s) {
  now_s_ = now_s;
  ++poll_;
}

void Settling::see(const std::string& path, const FileState& state) {
  const auto [file, is_new] = files_.try_emplace(path, Seen{state, now_s_, poll_});
  if (file->second.state != state) file->second = {state, now_s_, poll_};
  file->second.poll = poll_;
}

void Settling::end_poll() {
  std::erase_if(files_, [&](const auto& file) { return file.second.poll != poll_; });
}

std::optional<Settling::Settled> Settling::next() const {
  const auto settled = std::find_if(files_.begin(), files_.end(),
                                    [&](const auto& file) { return now_s_ - file.second.since_s >= settle_s_; });
  if (settled == files_.end()) return std::nullopt;
  return Settled{settled->first, settled->second.state};
}

}  // namespace veery
