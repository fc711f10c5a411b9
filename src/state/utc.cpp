#include <algorithm>
#include <cmath>
#include <ctime>
#include <optional>

#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/state/utc.hpp>

namespace veery {

std::string utc_text(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &fields));
  return text;
}

std::string utc_now() {
  return utc_text(std::chrono::system_clock::now());
}

namespace {

/// "Z", "+02:00", "-0930"
std::optional<double> offset_s(std::string_view text) {
  if (text == "Z") return 0.0;
  std::string digits{text.substr(std::min<std::size_t>(1, text.size()))};
  std::erase(digits, ':');
  const bool good = digits.size() == 4 && digits.find_first_not_of("0123456789") == std::string::npos &&
                    (text.front() == '+' || text.front() == '-') && digits[2] < '6';
  if (!good) return std::nullopt;
  const int minutes = std::stoi(digits.substr(0, 2)) * 60 + std::stoi(digits.substr(2));
  return minutes * (text.front() == '-' ? -60.0 : 60.0);
}

}  // namespace

double parse_moment_s(std::string_view text) {
  const std::optional<double> number = parse_number<double>(text);
  if (number && std::isfinite(*number) && *number >= 0.0) return *number;
  const std::string copy{text};
  std::tm fields{};
  if (const char* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &fields); end != nullptr) {
    if (const auto offset = offset_s(end)) return static_cast<double>(::timegm(&fields)) - *offset;
  }
  throw UsageError{"not a moment", text, "write 2026-06-01T05:30:00Z, with an offset, or seconds since 1970"};
}

}  // namespace veery
