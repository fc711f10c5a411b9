#pragma once
// Which recordings this rank has in work, in a small file that outlives the process: one that dies without a word
// leaves a started mark for each. What a mark costs is one small write at the start and one at the end.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace veery {

/// A recording in work.
struct InWork {
  std::string recording;
  double seconds = 0.0;  ///< so far
  double limit_s = 0.0;  ///< it may take so long; infinity: as long as it likes

  [[nodiscard]] bool is_late() const { return seconds > limit_s; }
};

/// Thread-safe.
class StartedMarks {
 public:
  /// `file`: written anew. `places`: recordings that may be in work at once; more than that are not marked.
  StartedMarks(const std::filesystem::path& file, std::size_t places);
  /// Removes the file.
  ~StartedMarks();
  StartedMarks(const StartedMarks&) = delete;
  StartedMarks& operator=(const StartedMarks&) = delete;

  /// A recording is in work while this lives, on the thread that made it.
  class Mark {
   public:
    ~Mark();
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    friend class StartedMarks;
    Mark(StartedMarks& marks, std::size_t place) : marks_(marks), place_(place) {}
    StartedMarks& marks_;
    std::size_t place_;
  };
  [[nodiscard]] Mark start(const std::string& recording, double limit_s);

  [[nodiscard]] std::vector<InWork> in_work() const;
  /// One that has taken too long, if any.
  [[nodiscard]] std::optional<InWork> late() const;

  /// The process was asked to end: from now on no mark accuses its recording.
  void absolve();
  /// This recording, which is in work, is the one to blame, whatever else is.
  void accuse(const std::string& recording);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The recordings that the marks in this file accuse: of a process that crashed, the one on whose thread it did;
/// else all in work; none when it was asked to end. Damaged files accuse nobody.
[[nodiscard]] std::vector<std::string> accused_by(const std::filesystem::path& file);

/// From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT mark the recording of the thread that they hit, then do what
/// they did before. Once, before threads are started.
void mark_crashes();

}  // namespace veery
