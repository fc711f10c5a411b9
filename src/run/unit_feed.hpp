#pragma once
// Hands out work units to ranks as they ask. Rank 0 deals while it works itself; the others ask one unit ahead.
// What a run publishes does not depend on who did what.
#include <chrono>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <veery/archive/work_plan.hpp>
#include <veery/manifest/unit_record.hpp>
#include <veery/mpi/communicator.hpp>

#include "run/progress.hpp"

namespace veery {

/// What a rank asks for.
struct Wish {
  bool ahead = false;                                          ///< the asker still has work
  double longest_s = std::numeric_limits<double>::infinity();  ///< audio that it has time for
};

/// The order in which rank 0 gives units away. A pure state machine, no MPI.
class TicketDealer {
 public:
  enum class Answer { unit, later, none };
  struct Ticket {
    Answer answer = Answer::none;
    int unit = -1;
  };

  /// `audio_s`: of each unit, by number.
  TicketDealer(const std::vector<int>& order, std::vector<double> audio_s, int ranks)
      : left_(order.begin(), order.end()), audio_s_(std::move(audio_s)), ranks_(ranks) {}

  /// The first unit left that the asker has time for. Near the end wishes for a unit ahead wait, or idle ranks
  /// would get nothing.
  [[nodiscard]] Ticket deal(const Wish& wish);
  void stop() { left_.clear(); }

 private:
  std::deque<int> left_;
  std::vector<double> audio_s_;
  int ranks_;
};

/// Of each unit, by number.
[[nodiscard]] std::vector<double> unit_audio_s(const WorkPlan& plan);

/// What rank 0 knows of a rank's health.
struct SignOfLife {
  std::chrono::steady_clock::time_point heard = std::chrono::steady_clock::now();
  std::vector<std::string> in_work;  ///< recordings
  bool ended = false;

  [[nodiscard]] double silent_s() const;
};

/// Whether whoever looks at regular times has been away himself: stopped, or busy. What he then knows of others is old.
class Attention {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Attention(double longest_pause_s, Clock::time_point now = Clock::now())
      : longest_pause_s_(longest_pause_s), last_(now) {}

  /// To be called at every look.
  [[nodiscard]] bool had_lapsed(Clock::time_point now = Clock::now()) {
    const double pause_s = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return pause_s > longest_pause_s_;
  }

 private:
  double longest_pause_s_;
  Clock::time_point last_;
};

class UnitFeed {
 public:
  /// `order` matters on rank 0 only; `audio_s` as above.
  UnitFeed(Communicator& world, const std::vector<int>& order, std::vector<double> audio_s);

  /// Asks for a unit, unless an answer is still due.
  void request(const Wish& wish);
  /// A unit that has been granted.
  [[nodiscard]] std::optional<int> take();
  [[nodiscard]] bool waiting() const { return waiting_; }
  /// Whether the last wish for a unit ahead was put off: ask again when idle.
  [[nodiscard]] bool put_off() const { return put_off_; }
  [[nodiscard]] bool exhausted() const { return exhausted_; }

  /// Sends a finished unit's record, as JSON, to rank 0.
  void deliver(const std::string& record);
  /// Tells rank 0 how far this rank is, and which recordings it has in work; `last`: nothing more will come from here.
  void report(const RankProgress& progress, const std::vector<std::string>& in_work, bool last = false);

  /// Handles the messages that have arrived. To be called often.
  void pump();

  /// Nobody has been silent yet, nor waited: this rank was away itself.
  void forget_silence();

  /// Rank 0: no more units for anybody.
  void stop() { dealer_.stop(); }
  [[nodiscard]] bool all_finished() const { return finished_ == world_.size(); }
  [[nodiscard]] const std::vector<RankProgress>& progress() const { return progress_; }
  /// Rank 0: of each rank.
  [[nodiscard]] const std::vector<SignOfLife>& signs_of_life() const { return signs_; }
  /// Elsewhere: for how long rank 0 has owed an answer.
  [[nodiscard]] double waiting_s() const;
  [[nodiscard]] std::vector<UnitRecord>& records() { return records_; }

 private:
  void handle(const Message& message);
  void accept(const TicketDealer::Ticket& ticket);
  void note(std::size_t rank, const RankProgress& progress, std::vector<std::string> in_work, bool last);

  Communicator& world_;
  TicketDealer dealer_;
  std::deque<int> granted_;
  bool waiting_ = false;
  bool put_off_ = false;
  bool exhausted_ = false;
  int finished_ = 0;
  std::chrono::steady_clock::time_point asked_;
  std::vector<RankProgress> progress_;
  std::vector<SignOfLife> signs_;
  std::vector<UnitRecord> records_;  ///< read as they come: their texts together would be larger
};

}  // namespace veery
