#include "run/schedule_simulation.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>

#include "run/unit_feed.hpp"

namespace veery {
namespace {

/// A rank asks, or its unit in work is done.
struct Event {
  double at_s = 0.0;
  std::size_t turn = 0;  ///< first come, first served
  std::size_t rank = 0;
  bool ahead = false;  ///< it still has work

  bool operator>(const Event& other) const { return std::tie(at_s, turn) > std::tie(other.at_s, other.turn); }
};

class Simulation {
 public:
  Simulation(const WorkPlan& plan, const std::vector<int>& order, int ranks, const AssumedSpeed& speed)
      : plan_(plan), speed_(speed), dealer_(order, unit_audio_s(plan), ranks), ahead_(static_cast<std::size_t>(ranks)) {
    schedule_.ranks.resize(ahead_.size());
  }

  SimulatedSchedule run() && {
    for (std::size_t rank = 0; rank < ahead_.size(); ++rank) ask(0.0, rank, false);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      happen(event);
    }
    return std::move(schedule_);
  }

 private:
  void ask(double at_s, std::size_t rank, bool ahead) { events_.push({at_s, turns_++, rank, ahead}); }

  void happen(const Event& event) {
    std::optional<int>& ahead = ahead_[event.rank];
    if (!event.ahead && ahead) {
      begin(event, *std::exchange(ahead, std::nullopt));
      return;
    }
    const TicketDealer::Ticket ticket = dealer_.deal({event.ahead});
    if (ticket.answer != TicketDealer::Answer::unit) return;  // put off: it asks again once idle
    if (event.ahead) {
      ahead = ticket.unit;
    } else {
      begin(event, ticket.unit);
    }
  }

  void begin(const Event& event, int unit) {
    const double takes_s = plan_.units[static_cast<std::size_t>(unit)].audio_s / speed_.audio_s_per_s + speed_.unit_s;
    SimulatedRank& rank = schedule_.ranks[event.rank];
    rank.units.push_back(unit);
    rank.busy_s += takes_s;
    schedule_.makespan_s = std::max(schedule_.makespan_s, event.at_s + takes_s);
    ask(event.at_s, event.rank, true);
    ask(event.at_s + takes_s, event.rank, false);
  }

  const WorkPlan& plan_;
  const AssumedSpeed& speed_;
  TicketDealer dealer_;
  std::vector<std::optional<int>> ahead_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::size_t turns_ = 0;
  SimulatedSchedule schedule_;
};

}  // namespace

double SimulatedSchedule::waiting_share() const {
  const double all_s = makespan_s * static_cast<double>(ranks.size());
  double busy_s = 0.0;
  for (const SimulatedRank& rank : ranks) busy_s += rank.busy_s;
  return all_s > 0.0 ? 1.0 - busy_s / all_s : 0.0;
}

SimulatedSchedule simulate_schedule(const WorkPlan& plan, const std::vector<int>& order, int ranks,
                                    const AssumedSpeed& speed) {
  return Simulation{plan, order, ranks, speed}.run();
}

}  // namespace veery
