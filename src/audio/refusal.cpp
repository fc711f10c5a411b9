#include <array>
#include <utility>

#include <veery/audio/refusal.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 15> kNames{{
    {Reason::empty, "empty"},
    {Reason::header_only, "header_only"},
    {Reason::unreadable, "unreadable"},
    {Reason::changed, "changed"},
    {Reason::no_audio, "no_audio"},
    {Reason::zero_channels, "zero_channels"},
    {Reason::absurd_rate, "absurd_rate"},
    {Reason::not_utf8, "not_utf8"},
    {Reason::outside_archive, "outside_archive"},
    {Reason::no_such_channel, "no_such_channel"},
    {Reason::truncated, "truncated"},
    {Reason::broken_frame, "broken_frame"},
    {Reason::not_finite, "not_finite"},
    {Reason::not_separated, "not_separated"},
    {Reason::ends_process, "ends_process"},
}};

}  // namespace

std::string_view reason_name(Reason reason) {
  for (const auto& [value, name] : kNames) {
    if (value == reason) return name;
  }
  return "unknown";
}

Reason reason_from_name(std::string_view name) {
  for (const auto& [value, text] : kNames) {
    if (text == name) return value;
  }
  throw Error{"unknown reason", name, "the record was written by another version of veery"};
}

}  // namespace veery
