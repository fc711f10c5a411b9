#pragma once
// Hands out work units to ranks as they ask. Rank 0 deals while it works itself; the others ask one unit ahead.
// What a run publishes does not depend on who did what.
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

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

  /// Sends a finished unit's record to rank 0.
  void deliver(std::string record);
  /// Tells rank 0 how far this rank is; `last`: nothing more will come from here.
  void report(const RankProgress& progress, bool last = false);

  /// Handles the messages that have arrived. To be called often.
  void pump();

  /// Rank 0: no more units for anybody.
  void stop() { dealer_.stop(); }
  [[nodiscard]] bool all_finished() const { return finished_ == world_.size(); }
  [[nodiscard]] const std::vector<RankProgress>& progress() const { return progress_; }
  [[nodiscard]] std::vector<std::string>& records() { return records_; }

 private:
  void handle(Message message);
  void accept(const TicketDealer::Ticket& ticket);

  Communicator& world_;
  TicketDealer dealer_;
  std::deque<int> granted_;
  bool waiting_ = false;
  bool put_off_ = false;
  bool exhausted_ = false;
  int finished_ = 0;
  std::vector<RankProgress> progress_;
  std::vector<std::string> records_;
};

}  // namespace veery
