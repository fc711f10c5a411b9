#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/state/started_marks.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// The file: places of equal size. Each begins with one letter; the first is the whole process's.
constexpr std::size_t kPlaceBytes = 8192;
constexpr char kFree = '-';
constexpr char kStarted = 's';
constexpr char kGuilty = 'g';
constexpr char kAbsolved = 'a';

/// Where a signal handler finds what its thread has in work.
struct CurrentMark {
  int descriptor = -1;
  off_t offset = 0;
};
thread_local CurrentMark current_mark;

constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
std::array<struct sigaction, kCrashes.size()> before_us;

extern "C" void mark_crash(int signal) {
  if (current_mark.descriptor >= 0) {
    static_cast<void>(::pwrite(current_mark.descriptor, &kGuilty, 1, current_mark.offset));
  }
  for (std::size_t i = 0; i < kCrashes.size(); ++i) {
    if (kCrashes[i] == signal) ::sigaction(signal, &before_us[i], nullptr);
  }
  ::raise(signal);  // comes when this handler returns
}

off_t offset_of(std::size_t place) {
  return static_cast<off_t>((place + 1) * kPlaceBytes);
}

struct Place {
  std::string recording;  ///< empty: free
  Clock::time_point since;
  double limit_s = 0.0;
};

}  // namespace

struct StartedMarks::State {
  State(const fs::path& path, std::size_t count)
      : file_path(path), file(FileDescriptor::open(path, O_RDWR | O_CREAT | O_TRUNC)), places(count) {}

  void put(off_t offset, std::string_view text) { file.write_at(offset, std::as_bytes(std::span{text})); }

  fs::path file_path;
  FileDescriptor file;
  mutable std::mutex mutex;
  std::vector<Place> places;
};

StartedMarks::StartedMarks(const fs::path& file, std::size_t places) {
  create_folder(file.parent_path());
  state_ = std::make_unique<State>(file, places);
}

StartedMarks::~StartedMarks() {
  ::unlink(state_->file_path.c_str());
}

StartedMarks::Mark StartedMarks::start(const std::string& recording, double limit_s) {
  State& state = *state_;
  const std::scoped_lock lock{state.mutex};
  const auto free = std::find_if(state.places.begin(), state.places.end(),
                                 [](const Place& place) { return place.recording.empty(); });
  const auto place = static_cast<std::size_t>(free - state.places.begin());
  if (free == state.places.end()) return {*this, place};
  const std::string_view kept = std::string_view{recording}.substr(0, kPlaceBytes - 16);
  state.put(offset_of(place), kStarted + std::to_string(kept.size()) + " " + std::string{kept});
  *free = {recording, Clock::now(), limit_s};  // last: what could not be marked holds no place
  current_mark = {state.file.get(), offset_of(place)};
  return {*this, place};
}

StartedMarks::Mark::~Mark() {
  State& state = *marks_.state_;
  const std::scoped_lock lock{state.mutex};
  current_mark = {};
  if (place_ == state.places.size()) return;
  state.places[place_].recording.clear();
  static_cast<void>(::pwrite(state.file.get(), &kFree, 1, offset_of(place_)));
}

std::vector<InWork> StartedMarks::in_work() const {
  const std::scoped_lock lock{state_->mutex};
  std::vector<InWork> recordings;
  for (const Place& place : state_->places) {
    if (place.recording.empty()) continue;
    const double seconds = std::chrono::duration<double>(Clock::now() - place.since).count();
    recordings.push_back({place.recording, seconds, place.limit_s});
  }
  return recordings;
}

std::optional<InWork> StartedMarks::late() const {
  const std::vector<InWork> recordings = in_work();
  const auto late = std::find_if(recordings.begin(), recordings.end(), [](const InWork& one) { return one.is_late(); });
  return late == recordings.end() ? std::nullopt : std::optional{*late};
}

void StartedMarks::absolve() {
  state_->put(0, std::string_view{&kAbsolved, 1});
}

void StartedMarks::accuse(const std::string& recording) {
  const std::scoped_lock lock{state_->mutex};
  for (std::size_t place = 0; place < state_->places.size(); ++place) {
    if (state_->places[place].recording == recording) state_->put(offset_of(place), std::string_view{&kGuilty, 1});
  }
}

std::vector<std::string> accused_by(const fs::path& file) {
  const std::string text = read_text(file);
  std::vector<std::string> started;
  std::vector<std::string> guilty;
  for (std::size_t at = kPlaceBytes; at < text.size(); at += kPlaceBytes) {
    if (text[at] != kStarted && text[at] != kGuilty) continue;
    const std::string_view place = std::string_view{text}.substr(at + 1, kPlaceBytes - 1);
    const std::size_t name = place.find(' ') + 1;
    std::size_t length = 0;
    for (const char digit : place.substr(0, name == 0 ? 0 : name - 1)) {
      if (digit < '0' || digit > '9' || length > kPlaceBytes) break;
      length = length * 10 + static_cast<std::size_t>(digit - '0');
    }
    if (name == 0 || length == 0 || length > place.size() - name) continue;
    (text[at] == kGuilty ? guilty : started).emplace_back(place.substr(name, length));
  }
  if (!guilty.empty()) return guilty;
  return !text.empty() && text.front() == kAbsolved ? std::vector<std::string>{} : started;
}

void mark_crashes() {
  for (std::size_t i = 0; i < kCrashes.size(); ++i) {
    struct sigaction action {};
    action.sa_handler = mark_crash;
    ::sigaction(kCrashes[i], &action, &before_us[i]);
  }
}

}  // namespace veery
