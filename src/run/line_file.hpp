#pragma once
// A file of lines that is only appended to. A line is there as a whole or not at all.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <veery/base/file_descriptor.hpp>

namespace veery {

/// One writer alone.
class LineFile {
 public:
  /// Creates the file if need be; cuts off what a lost process or power left of a last line. Throws SystemError.
  explicit LineFile(const std::filesystem::path& path);

  /// One write of the line with its line feed, flushed to the device. Throws SystemError, with the file as it was.
  /// Returns where the line begins.
  std::int64_t append(const std::string& line);

  [[nodiscard]] std::int64_t size() const { return file_.size(); }
  /// The line that begins there, without its line feed.
  [[nodiscard]] std::string line_at(std::int64_t begin) const;
  [[nodiscard]] std::optional<std::string> last_line() const;
  void for_each(const std::function<void(std::int64_t begin, const std::string& line)>& take_line) const;

 private:
  [[nodiscard]] std::int64_t begin_of_last_line(std::int64_t end) const;
  void cut_to(std::int64_t size);

  FileDescriptor file_;
  std::optional<std::int64_t> cut_due_;  ///< where a torn line begins that could not be cut off yet
};

}  // namespace veery
