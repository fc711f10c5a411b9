#pragma once
// Recordings that were in work when a process died. Most are innocent: the job's time was up, a node was lost. So each
// is first tried in a process of its own, and left out only if that one dies too.
#include <atomic>
#include <optional>
#include <string>

#include <veery/audio/refusal.hpp>
#include <veery/run/options.hpp>
#include <veery/state/accusations.hpp>

#include "run/turns.hpp"

namespace veery {

/// How a recording is named in marks while only its header is being read; paths of recordings never begin so.
[[nodiscard]] std::string header_mark(const std::string& recording);

/// Thread-safe.
class Suspects {
 public:
  /// `options` must outlive the object.
  Suspects(Accusations accusations, const ProcessOptions& options)
      : accusations_(std::move(accusations)), options_(options) {}

  [[nodiscard]] const Accusations& accusations() const { return accusations_; }

  /// Why the recording is left out; none for those that nothing speaks against, and those that pass their trial, which
  /// may take `limit_s`. The trial ends soon after `dropped` was set. Throws Error when there can be none.
  [[nodiscard]] std::optional<Refusal> judge(const std::string& recording, double limit_s,
                                             const std::atomic<bool>& dropped) const;
  [[nodiscard]] std::optional<Refusal> judge_header(const std::string& recording, double limit_s) const;

  /// To be held while a recording, by its mark, is in work. One that several processes died over has the rank to
  /// itself: a further death is its own alone. Not held if `dropped` was set meanwhile.
  [[nodiscard]] Turns::Turn wait_for_turn(const std::string& mark, const std::atomic<bool>& dropped) const;

 private:
  [[nodiscard]] std::optional<Refusal> judge(int deaths, const std::string& recording, bool header_only, double limit_s,
                                             const std::atomic<bool>& dropped) const;

  Accusations accusations_;
  const ProcessOptions& options_;
  mutable Turns turns_;
};

}  // namespace veery
