#pragma once
// A pattern for times in file names that no recorder's own form fits: %y%m%d_%H%M%S.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <veery/archive/recording_time.hpp>

namespace veery {

class TimePattern {
 public:
  /// Fields %Y %y %m %d %j %H %M %S %f %z %s, %% for a percent sign, * for any characters; all else stands for itself.
  /// Throws UsageError for other fields, for one that comes twice, and when they don't make a date with a time of day.
  explicit TimePattern(const std::string& text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// Whether it counts seconds since 1970 (%s): that is a moment, but tells no local time.
  [[nodiscard]] bool counts_seconds() const { return counts_seconds_; }
  /// At the first place of the name where it fits and makes a time that exists. Fields that begin or end it don't tear
  /// a number apart.
  [[nodiscard]] std::optional<RecordingTime> find(std::string_view file_name) const;

 private:
  struct Piece {
    char field = '\0';    ///< '\0': the literal, '*': any characters
    std::string literal;  ///<
  };
  struct Reading;
  void add(char field);
  void check() const;
  [[nodiscard]] std::optional<Reading> read_at(std::string_view name, std::size_t at) const;

  std::string text_;
  std::vector<Piece> pieces_;
  bool counts_seconds_ = false;
};

}  // namespace veery
