#pragma once
// Where a watcher's results go: a file, or standard output.
#include <filesystem>
#include <optional>
#include <string>

#include "run/line_file.hpp"

namespace veery {

class ResultLines {
 public:
  /// `file`: empty for standard output. Repairs the file's last line. Throws SystemError.
  explicit ResultLines(const std::filesystem::path& file);

  /// A whole line, on the device where it is a file. Throws SystemError.
  void append(const std::string& line);
  /// What a file ends with.
  [[nodiscard]] std::optional<std::string> last() const;

 private:
  std::optional<LineFile> file_;
  std::string unwritten_;  ///< of a line, when standard output took a part of it alone
};

}  // namespace veery
