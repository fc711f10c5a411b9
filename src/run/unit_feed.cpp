#include "run/unit_feed.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <veery/base/csv.hpp>

namespace veery {
namespace {

using Clock = std::chrono::steady_clock;
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

/// One row of names.
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  for (auto& row : parse_csv(text)) names = std::move(row);
  return names;
}

}  // namespace

double SignOfLife::silent_s() const {
  return ended ? 0.0 : std::chrono::duration<double>(Clock::now() - heard).count();
}

TicketDealer::Ticket TicketDealer::deal(const Wish& wish) {
  const auto fitting = std::find_if(
      left_.begin(), left_.end(), [&](int unit) { return audio_s_[static_cast<std::size_t>(unit)] <= wish.longest_s; });
  if (fitting == left_.end()) return {Answer::none, -1};
  if (wish.ahead && left_.size() < static_cast<std::size_t>(ranks_)) return {Answer::later, -1};
  const int unit = *fitting;
  left_.erase(fitting);
  return {Answer::unit, unit};
}

std::vector<double> unit_audio_s(const WorkPlan& plan) {
  std::vector<double> audio_s;
  audio_s.reserve(plan.units.size());
  for (const WorkUnit& unit : plan.units) audio_s.push_back(unit.audio_s);
  return audio_s;
}

UnitFeed::UnitFeed(Communicator& world, const std::vector<int>& order, std::vector<double> audio_s)
    : world_(world),
      dealer_(order, std::move(audio_s), world.size()),
      progress_(static_cast<std::size_t>(world.size())),
      signs_(static_cast<std::size_t>(world.size())) {}

void UnitFeed::request(const Wish& wish) {
  if (waiting_ || exhausted_) return;
  put_off_ = false;
  if (world_.rank() == 0) {
    accept(dealer_.deal(wish));
    return;
  }
  waiting_ = true;
  asked_ = Clock::now();
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

void UnitFeed::deliver(const std::string& record) {
  if (world_.rank() == 0) {
    records_.push_back(unit_record_from_json(record));
  } else {
    world_.send(0, kRecord, record);
  }
}

void UnitFeed::report(const RankProgress& progress, const std::vector<std::string>& in_work, bool last) {
  if (world_.rank() == 0) {
    note(0, progress, in_work, last);
  } else {
    world_.send(0, last ? kFinished : kProgress,
                std::string{as_bytes(progress)} + (in_work.empty() ? "" : csv_row(in_work)));
  }
}

void UnitFeed::note(std::size_t rank, const RankProgress& progress, std::vector<std::string> in_work, bool last) {
  progress_[rank] = progress;
  signs_[rank] = {Clock::now(), std::move(in_work), last};
  if (last) ++finished_;
}

double UnitFeed::waiting_s() const {
  return waiting_ ? std::chrono::duration<double>(Clock::now() - asked_).count() : 0.0;
}

void UnitFeed::forget_silence() {
  asked_ = Clock::now();
  for (SignOfLife& sign : signs_) sign.heard = Clock::now();
}

void UnitFeed::pump() {
  while (auto message = world_.poll()) handle(*message);
}

void UnitFeed::handle(const Message& message) {
  const auto from = static_cast<std::size_t>(message.from);
  switch (message.tag) {
    case kRequest:
      world_.send(message.from, kTicket, as_bytes(dealer_.deal(from_bytes<Wish>(message.bytes))));
      break;
    case kTicket:
      accept(from_bytes<TicketDealer::Ticket>(message.bytes));
      break;
    case kRecord:
      records_.push_back(unit_record_from_json(message.bytes));
      break;
    case kFinished:
    case kProgress:
      note(from, from_bytes<RankProgress>(message.bytes), names_in(message.bytes.substr(sizeof(RankProgress))),
           message.tag == kFinished);
      break;
    default:
      break;
  }
}

}  // namespace veery
