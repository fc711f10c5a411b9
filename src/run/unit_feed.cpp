#include "run/unit_feed.hpp"

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

TicketDealer::Ticket TicketDealer::deal(bool ahead) {
  const std::size_t left = order_.size() - next_;
  if (left == 0) return {Answer::none, -1};
  if (ahead && left < static_cast<std::size_t>(ranks_)) return {Answer::later, -1};
  return {Answer::unit, order_[next_++]};
}

UnitFeed::UnitFeed(Communicator& world, std::vector<int> order)
    : world_(world), dealer_(std::move(order), world.size()), progress_(static_cast<std::size_t>(world.size())) {}

void UnitFeed::request(bool ahead) {
  if (waiting_ || exhausted_) return;
  put_off_ = false;
  if (world_.rank() == 0) {
    accept(dealer_.deal(ahead));
    return;
  }
  waiting_ = true;
  world_.send(0, kRequest, as_bytes(ahead));
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
      world_.send(message.from, kTicket, as_bytes(dealer_.deal(from_bytes<bool>(message.bytes))));
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
