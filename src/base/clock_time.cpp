#include <vector>

#include <veery/base/clock_time.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/split.hpp>

namespace veery {
namespace {

[[noreturn]] void refuse(std::string_view text) {
  throw UsageError{"not a time: " + std::string{text}, "HOURS:MINUTES:SECONDS", "such as 01:30:00"};
}

std::string two_digits(long number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

double parse_clock_time_s(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ':');
  if (parts.size() != 3) refuse(text);
  double seconds = 0.0;
  for (const std::string_view part : parts) {
    const std::optional<unsigned> number = parse_number<unsigned>(part);
    const bool is_first = part.data() == text.data();
    if (!number || part.size() > 6 || (!is_first && *number >= 60)) refuse(text);
    seconds = seconds * 60.0 + *number;
  }
  return seconds;
}

std::string clock_time(double seconds) {
  const long whole = static_cast<long>(seconds);
  return two_digits(whole / 3600) + ":" + two_digits(whole / 60 % 60) + ":" + two_digits(whole % 60);
}

}  // namespace veery
