#pragma once
// status.json: how a run is going, and how it ended, for people and for job scripts whose launcher loses exit codes.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace veery {

struct RankStatus {
  std::string host;
  double silent_s = 0.0;  ///< since its last sign of life
  double units = 0.0;
  double audio_s = 0.0;
  std::vector<std::string> in_work;  ///< recordings
};

struct RunStatus {
  std::size_t units = 0;
  std::size_t units_done = 0;  ///< by earlier runs too
  double audio_s = 0.0;        ///< of all units
  double audio_done_s = 0.0;   ///< by earlier runs too
  double speed = 0.0;          ///< seconds of audio a second, in this run
  double bad = 0.0;            ///< recordings refused or damaged, in this run
  std::vector<RankStatus> ranks;
};

/// Of a training.
struct TrainingStatus {
  std::int64_t steps = 0;
  std::int64_t steps_done = 0;  ///< by earlier runs too
  std::int64_t batch = 0;       ///< views a step
  double views_per_s = 0.0;     ///< of all ranks, in this run
};

/// One thread. What it can't write it leaves: the run itself matters more.
class StatusFile {
 public:
  StatusFile(const std::filesystem::path& folder, std::string host);

  /// Whether the last word is some seconds old.
  [[nodiscard]] bool is_due() const;
  /// Says that the run goes on.
  void running(const std::variant<RunStatus, TrainingStatus>& status);

 private:
  std::filesystem::path file_;
  std::string host_;
  std::string begun_at_;
  std::chrono::steady_clock::time_point last_{};
};

/// Adds the end to what the file says. Any rank may call it, even if it has no StatusFile. Never throws.
void note_end(const std::filesystem::path& folder, int exit_code, const std::string& reason) noexcept;

/// The file as it stands, empty where there is none, for `restore_status`: a command that is refused is no run, and
/// what the folder says of the last one stays. Neither throws.
[[nodiscard]] std::string kept_status(const std::filesystem::path& folder) noexcept;
void restore_status(const std::filesystem::path& folder, const std::string& kept) noexcept;

/// What the file in `folder` says, for people, with how long ago; `as_json`: as it stands, with the lease's holder.
/// Throws Error when there is none.
[[nodiscard]] std::string describe_status(const std::filesystem::path& folder, bool as_json);

}  // namespace veery
