#pragma once
// Polls a folder tree for recordings that are new or have changed, and have settled.
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <veery/audio/refusal.hpp>
#include <veery/run/watch_options.hpp>

#include "run/progress.hpp"
#include "run/settling.hpp"
#include "run/watch_journal.hpp"

namespace veery {

class WatchedFolder {
 public:
  /// All must outlive the object.
  WatchedFolder(const WatchOptions& options, const WatchJournal& journal, Reporter& reporter)
      : options_(options), journal_(journal), reporter_(reporter), settling_(options.settle_s) {}

  /// Looks again if it is time to: a look that takes longer than --poll is followed by as long a pause. What can't be
  /// listed is looked at again later; the first look throws Error.
  void poll_if_due();
  [[nodiscard]] double until_next_poll_s() const;
  /// Whether a file that was there at the beginning has had the time to settle.
  [[nodiscard]] bool has_given_time() const { return last_poll_s_ - first_poll_s_ >= options_.settle_s; }

  struct Ready {
    std::string path;
    FileState state;
    std::optional<Refusal> refusal;  ///< by its name, or for want of rights to list it
  };
  /// A recording to be done: it is as it was when it settled.
  [[nodiscard]] std::optional<Ready> next();

  /// It is finished, or has to settle anew if it isn't in the journal.
  void let_go(const std::string& path) {
    settling_.forget(path);
    again_.erase(path);
  }
  /// It has to settle anew and will come again, unless a look finds that it is gone.
  void try_again(const std::string& path) {
    settling_.forget(path);
    again_.insert(path);
  }
  [[nodiscard]] bool tries_again() const { return !again_.empty(); }
  [[nodiscard]] std::size_t waiting() const { return settling_.waiting(); }

  /// Deletes the file, unless it is another one by now.
  void remove_source(const std::string& path, std::int64_t bytes, std::int64_t mtime_ns);

 private:
  void poll();
  void look_at(const std::string& path);
  [[nodiscard]] std::filesystem::path place_of(const std::string& path) const;

  const WatchOptions& options_;
  const WatchJournal& journal_;
  Reporter& reporter_;
  Settling settling_;
  std::map<std::string, Refusal> refusals_;  ///< of the last poll
  std::set<std::string> again_;              ///< to be tried again
  double first_poll_s_ = -1.0;
  double last_poll_s_ = -1.0;
  double next_poll_s_ = 0.0;
  bool failing_ = false;
};

}  // namespace veery
