#pragma once
// One run at a time in an output folder: a file with the holder's name and a heartbeat. Needs no file locks, which
// Lustre and NFS lack or fake; only that creating a file that exists fails, and that a rename replaces.
//
// A holder on this machine is looked up by its pid. Any other is watched: one whose heartbeat stands still is dead,
// and its lease is taken over. No clocks of two machines are compared.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace veery {

struct LeaseTiming {
  double beat_every_s = 10.0;
  double silent_after_s = 60.0;  ///< without a beat a holder on another machine is dead
};

class Lease {
 public:
  /// Takes the lease of `folder`, which exists; waits up to `silent_after_s` (twice, where others want it too) for a
  /// sign of life of a holder that can't be looked up. Throws Error naming a live holder's host and pid, and
  /// when the folder can't be written. A thread of its own keeps the heartbeat.
  Lease(const std::filesystem::path& folder, const LeaseTiming& timing);
  /// Gives it back.
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Whether another run has taken the folder over, because our heartbeat stood still for too long: stop at once.
  [[nodiscard]] bool lost() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Who holds a folder, for people.
struct LeaseHolder {
  std::string host;
  long pid = 0;
  std::string beaten_at;  ///< UTC, by the holder's clock
  bool is_gone = false;   ///< it ran on this machine, and does so no more
};
/// None when nobody does. Throws Error.
[[nodiscard]] std::optional<LeaseHolder> lease_holder(const std::filesystem::path& folder);

}  // namespace veery
