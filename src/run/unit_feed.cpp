#include "run/unit_feed.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace veery {
namespace {

enum Tag : int { kRequest = 1, kTicket, kRecord, kProgress, kFinished };

template <typename Value>
std::string_view as_bytes(const Value& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename Value>
Value from_bytes(const std::string& bytes) {
  Value value{};
  std::memcpy(&value, bytes.data(), std::min(sizeof value, bytes.size()));
  return value;
}

}  // namespace

TicketDealer::Ticket TicketDealer::deal(const Wish& wish) {
  const auto fitting = std::find_if(
      left_.begin(), left_.end(), [&](int unit) { return audio_s_[static_cast<std::size_t>(unit)] <= wish.longest_s; });
  if (fitting == left_.end()) return {Answer::none, -1};
  if (wish.ahead && left_.size() < static_cast<std::size_t>(ranks_)) return {Answer::later, -1};
  const int unit = *fitting;
  left_.erase(fitting);
  return {Answer::unit, unit};
}

UnitFeed::UnitFeed(Communicator& world, const std::vector<int>& order, std::vector<double> audio_s)
    : world_(world),
      dealer_(order, std::move(audio_s), world.size()),
      progress_(static_cast<std::size_t>(world.size())) {}

void UnitFeed::request(const Wish& wish) {
  if (waiting_ || exhausted_) return;
  put_off_ = false;
  if (world_.rank() == 0) {
    accept(dealer_.deal(wish));
    return;
  }
  waiting_ = true;
  world_.send(0, kRequest, as_bytes(wish));
}

void UnitFeed::accept(const TicketDealer::Ticket& ticket) {
  waiting_ = false;
  if (ticket.answer == TicketDealer::Answer::unit) granted_.push_back(ticket.unit);
  put_off_ = ticket.answer == TicketDealer::Answer::later;
  exhausted_ = ticket.answer == TicketDealer::Answer::none;
}

std::optional<int> UnitFeed::take() {
  if (granted_.empty()) return std::nullopt;
  const int unit = granted_.front();
  granted_.pop_front();
  return unit;
}

void UnitFeed::deliver(std::string record) {
  if (world_.rank() == 0) {
    records_.push_back(std::move(record));
  } else {
    world_.send(0, kRecord, record);
  }
}

void UnitFeed::report(const RankProgress& progress, bool last) {
  if (world_.rank() == 0) {
    progress_.front() = progress;
    if (last) ++finished_;
  } else {
    world_.send(0, last ? kFinished : kProgress, as_bytes(progress));
  }
}

void UnitFeed::pump() {
  while (auto message = world_.poll()) handle(std::move(*message));
}

void UnitFeed::handle(Message message) {
  const auto from = static_cast<std::size_t>(message.from);
  switch (message.tag) {
    case kRequest:
      world_.send(message.from, kTicket, as_bytes(dealer_.deal(from_bytes<Wish>(message.bytes))));
      break;
    case kTicket:
      accept(from_bytes<TicketDealer::Ticket>(message.bytes));
      break;
    case kRecord:
      records_.push_back(std::move(message.bytes));
      break;
    case kFinished:
      ++finished_;
      [[fallthrough]];
    case kProgress:
      progress_[from] = from_bytes<RankProgress>(message.bytes);
      break;
    default:
      break;
  }
}

}  // namespace veery
