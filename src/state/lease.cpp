#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/state/lease.hpp>

#include "state/lease_text.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Creates the file with this text unless it exists.
bool create_with(const fs::path& path, const std::string& text) {
  try {
    FileDescriptor file = FileDescriptor::open(path, O_WRONLY | O_CREAT | O_EXCL);
    file.write_at(0, std::as_bytes(std::span{text}));
    return true;
  } catch (const SystemError& failure) {
    if (failure.error_number() == EEXIST) return false;
    ::unlink(path.c_str());
    throw;
  }
}

/// None when it is gone.
std::optional<std::string> read_if_there(const fs::path& path) {
  try {
    return read_text(path);
  } catch (const Error&) {
    std::error_code failure;
    if (!fs::exists(path, failure)) return std::nullopt;
    throw;
  }
}

/// Not a UsageError: it passes, and the same command is right then.
[[noreturn]] void refuse(const fs::path& folder, const std::string& text) {
  const LeaseText holder = parse_lease(text);
  throw Error{"another run is at work in this output folder", folder.string(),
              "pid " + std::to_string(holder.pid) + " on host " + printable(holder.host) +
                  ": wait for its end, stop it, or choose another --output"};
}

/// Whether the file keeps this text for so long.
bool stands_still(const fs::path& path, const std::string& text, double seconds) {
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  while (Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    if (read_if_there(path) != text) return false;
  }
  return true;
}

}  // namespace

struct Lease::State {
  fs::path folder;
  fs::path file;
  LeaseTiming timing;
  LeaseText mine = new_lease_text();
  mutable std::mutex mutex;
  std::condition_variable wake;
  bool ending = false;
  bool lost = false;
  std::thread beater;

  void take();
  void take_over(const std::string& dead);
  void beat_until_the_end();
  [[nodiscard]] bool is_mine() const;
};

bool Lease::State::is_mine() const {
  const auto text = read_if_there(file);
  return text && parse_lease(*text).token == mine.token;
}

void Lease::State::take() {
  while (!create_with(file, to_text(mine))) {
    const auto found = read_if_there(file);
    if (!found) continue;  // given back just now
    const LeaseText holder = parse_lease(*found);
    const Life life = life_of(holder);
    if (life == Life::alive) refuse(folder, *found);
    if (life == Life::unknown && !stands_still(file, *found, timing.silent_after_s)) {
      if (const auto now = read_if_there(file)) refuse(folder, *now);
      continue;
    }
    take_over(*found);
    if (is_mine()) return;
  }
}

/// Of those that find the same dead holder, the one that creates the file named after it replaces the lease.
void Lease::State::take_over(const std::string& dead) {
  const fs::path claim = folder / ("." + parse_lease(dead).token + ".lease.staged");
  if (!create_with(claim, to_text(mine))) {
    if (!stands_still(file, dead, timing.silent_after_s)) return;
    std::error_code ignored;
    fs::remove(claim, ignored);  // who claimed it has died, too
    return;
  }
  if (read_if_there(file) == dead) publish_text(file, to_text(mine));
  std::error_code ignored;
  fs::remove(claim, ignored);
}

void Lease::State::beat_until_the_end() {
  const auto pause = std::chrono::duration<double>(timing.beat_every_s);
  std::unique_lock lock{mutex};
  while (!wake.wait_for(lock, pause, [&] { return ending; })) {
    ++mine.beat;
    lock.unlock();
    bool ours = true;
    try {
      ours = is_mine();
      if (ours) publish_text(file, to_text(mine));
    } catch (const Error&) {
      // A beat that the file system did not take: others allow for several.
    }
    lock.lock();
    lost = !ours;
    if (lost) return;
  }
}

Lease::Lease(const fs::path& folder, const LeaseTiming& timing) : state_(std::make_unique<State>()) {
  state_->folder = folder;
  state_->file = folder / output_name::kLease;
  state_->timing = timing;
  state_->take();
  state_->beater = std::thread{[state = state_.get()] { state->beat_until_the_end(); }};
}

Lease::~Lease() {
  {
    const std::scoped_lock lock{state_->mutex};
    state_->ending = true;
  }
  state_->wake.notify_all();
  state_->beater.join();
  try {
    if (state_->is_mine()) ::unlink(state_->file.c_str());
  } catch (const Error&) {
    // The next run finds that we are gone.
  }
}

bool Lease::lost() const {
  const std::scoped_lock lock{state_->mutex};
  return state_->lost;
}

std::optional<LeaseHolder> lease_holder(const fs::path& folder) {
  const auto text = read_if_there(folder / output_name::kLease);
  if (!text) return std::nullopt;
  const LeaseText holder = parse_lease(*text);
  return LeaseHolder{holder.host, holder.pid, holder.beaten_at, life_of(holder) == Life::gone};
}

}  // namespace veery
