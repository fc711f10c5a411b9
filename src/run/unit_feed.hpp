#pragma once
// Hands out work units to ranks as they ask. Rank 0 deals while it works itself; the others ask one unit ahead.
// What a run publishes does not depend on who did what.
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>

#include "run/progress.hpp"

namespace veery {

/// The order in which rank 0 gives units away. A pure state machine, no MPI.
class TicketDealer {
 public:
  enum class Answer { unit, later, none };
  struct Ticket {
    Answer answer = Answer::none;
    int unit = -1;
  };

  TicketDealer(std::vector<int> order, int ranks) : order_(std::move(order)), ranks_(ranks) {}

  /// `ahead`: the asker still has work. Near the end such wishes wait, or idle ranks would get nothing.
  [[nodiscard]] Ticket deal(bool ahead);
  void stop() { next_ = order_.size(); }

 private:
  std::vector<int> order_;
  int ranks_;
  std::size_t next_ = 0;
};

class UnitFeed {
 public:
  /// `order` matters on rank 0 only.
  UnitFeed(Communicator& world, std::vector<int> order);

  /// Asks for a unit, unless an answer is still due. `ahead` as above.
  void request(bool ahead);
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
