#pragma once
// Which files have settled: nothing about them changed from poll to poll for long enough. Times are the poller's own,
// on a clock that only runs forward; a file's mtime is compared with itself alone, so that clocks may jump.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace veery {

struct FileState {
  std::int64_t bytes = 0;
  std::int64_t mtime_ns = 0;  ///< since 1970, as the file system has it
  std::uint64_t inode = 0;
  friend bool operator==(const FileState&, const FileState&) = default;
};

/// None for what is no regular file, links followed, or can't be looked at.
[[nodiscard]] std::optional<FileState> state_of(const std::filesystem::path& path);

/// Memory is that of the files seen and not forgotten.
class Settling {
 public:
  explicit Settling(double settle_s) : settle_s_(settle_s) {}

  /// A poll: its moment, then every file that is there, then the end, which forgets the files that are gone.
  void begin_poll(double now_s);
  void see(const std::string& path, const FileState& state);
  void end_poll();

  /// The file is no longer waited for.
  void forget(const std::string& path) { files_.erase(path); }

  struct Settled {
    std::string path;
    FileState state;
  };
  /// The first by path of those that stood still for `settle_s` at the last poll.
  [[nodiscard]] std::optional<Settled> next() const;
  [[nodiscard]] std::size_t waiting() const { return files_.size(); }
  [[nodiscard]] bool waits_for(const std::string& path) const { return files_.contains(path); }

 private:
  struct Seen {
    FileState state;
    double since_s = 0.0;
    std::int64_t poll = 0;
  };

  double settle_s_;
  double now_s_ = 0.0;
  std::int64_t poll_ = 0;
  std::map<std::string, Seen> files_;
};

}  // namespace veery
