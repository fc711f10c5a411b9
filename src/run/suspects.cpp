#include "run/suspects.hpp"

#include "run/trial.hpp"

namespace veery {
namespace {

/// So many deaths need no trial: what kills is beyond what a trial does.
constexpr int kCondemned = 3;
constexpr int kAlone = kCondemned - 1;

int deaths_over(const Accusations& accusations, const std::string& mark) {
  const auto found = accusations.find(mark);
  return found == accusations.end() ? 0 : found->second;
}

}  // namespace

std::string header_mark(const std::string& recording) {
  return "/header/" + recording;
}

std::optional<Refusal> Suspects::judge(const std::string& recording, double limit_s,
                                       const std::atomic<bool>& dropped) const {
  return judge(deaths_over(accusations_, recording), recording, false, limit_s, dropped);
}

std::optional<Refusal> Suspects::judge_header(const std::string& recording, double limit_s) const {
  const std::atomic<bool> never = false;
  return judge(deaths_over(accusations_, header_mark(recording)), recording, true, limit_s, never);
}

Turns::Turn Suspects::wait_for_turn(const std::string& mark, const std::atomic<bool>& dropped) const {
  return turns_.take(deaths_over(accusations_, mark) >= kAlone, dropped);
}

std::optional<Refusal> Suspects::judge(int deaths, const std::string& recording, bool header_only, double limit_s,
                                       const std::atomic<bool>& dropped) const {
  if (deaths == 0) return std::nullopt;
  if (deaths >= kCondemned) return Refusal{Reason::ends_process, "process after process died over it"};
  const auto fatal = try_in_own_process(options_.arguments, {recording, header_only}, limit_s, dropped);
  if (!fatal) return std::nullopt;
  return Refusal{Reason::ends_process, *fatal};
}

}  // namespace veery
