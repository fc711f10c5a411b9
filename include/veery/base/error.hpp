#pragma once
// Exceptions mean "the job can't go on". Expected failures (a bad recording) are rows, not exceptions.
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace veery {

/// Says what failed, where, and what to do about it; `what()` joins the three.
class Error : public std::runtime_error {
 public:
  Error(std::string_view what, std::string_view where, std::string_view remedy = {});
};

/// The command line, environment or configuration asks for something impossible (exit code 2).
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A system call failed.
class SystemError : public Error {
 public:
  SystemError(std::string_view what, std::string_view where, std::string_view remedy, int error_number)
      : Error(what, where, remedy), error_number_(error_number) {}

  [[nodiscard]] int error_number() const { return error_number_; }
  /// The system's words, without any path.
  [[nodiscard]] std::string cause() const;

 private:
  int error_number_;
};

/// Adds the text of `error_number` and a remedy that fits it.
[[nodiscard]] SystemError system_error(std::string_view what, const std::filesystem::path& where, int error_number);

}  // namespace veery
