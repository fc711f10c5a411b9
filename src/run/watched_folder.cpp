#include "run/watched_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <veery/archive/archive_index.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

namespace veery {
namespace {

/// Since the system's start, whatever happens to its time of day.
double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool is_known(const WatchJournal::Known* known, const FileState& state) {
  return known != nullptr && known->bytes == state.bytes && known->mtime_ns == state.mtime_ns;
}

/// A name that can stand in a line of results.
std::string name_of(const std::string& path) {
  return is_utf8(path) ? path : printable(path);
}

}  // namespace

std::filesystem::path WatchedFolder::place_of(const std::string& path) const {
  return options_.work.archive.archive / path;
}

double WatchedFolder::until_next_poll_s() const {
  return std::max(next_poll_s_ - now_s(), 0.0);
}

void WatchedFolder::poll_if_due() {
  const double begin_s = now_s();
  if (begin_s < next_poll_s_) return;
  try {
    poll();
    if (failing_) reporter_.info("the folder can be read again");
    failing_ = false;
  } catch (const Error& problem) {
    if (first_poll_s_ < 0.0) throw;
    if (!failing_) reporter_.warn(std::string{problem.what()} + ": trying again");
    failing_ = true;
  }
  const double end_s = now_s();
  next_poll_s_ = end_s + std::max(options_.poll_s, end_s - begin_s);
}

void WatchedFolder::poll() {
  const Listing listing = list_archive(options_.work.archive.archive, options_.work.output);
  settling_.begin_poll(now_s());
  for (const std::string& path : listing.paths) look_at(path);
  refusals_.clear();
  for (const RefusedRecording& refused : listing.refused) {
    const std::string name = name_of(refused.path);
    if (is_known(journal_.find(name), {})) continue;
    refusals_.emplace(name, refused.refusal);
    settling_.see(name, {});
  }
  settling_.end_poll();
  std::erase_if(again_, [&](const std::string& path) { return !settling_.waits_for(path); });
  last_poll_s_ = now_s();
  if (first_poll_s_ < 0.0) first_poll_s_ = last_poll_s_;
}

void WatchedFolder::look_at(const std::string& path) {
  const auto state = state_of(place_of(path));
  if (!state) return;
  const WatchJournal::Known* const known = journal_.find(path);
  if (!is_known(known, *state)) return settling_.see(path, *state);
  if (options_.remove_source && !known->refused) remove_source(path, known->bytes, known->mtime_ns);
}

std::optional<WatchedFolder::Ready> WatchedFolder::next() {
  while (const auto settled = settling_.next()) {
    if (const auto refusal = refusals_.find(settled->path); refusal != refusals_.end())
      return Ready{settled->path, settled->state, refusal->second};
    if (state_of(place_of(settled->path)) == settled->state) return Ready{settled->path, settled->state, std::nullopt};
    settling_.forget(settled->path);  // the next poll sees what became of it
  }
  return std::nullopt;
}

void WatchedFolder::remove_source(const std::string& path, std::int64_t bytes, std::int64_t mtime_ns) {
  const std::filesystem::path file = place_of(path);
  const auto state = state_of(file);
  if (!state || state->bytes != bytes || state->mtime_ns != mtime_ns) return;
  if (::unlink(file.c_str()) != 0 && errno != ENOENT)
    reporter_.warn("cannot remove " + printable(file.string()) + ": " + std::strerror(errno));
}

}  // namespace veery
