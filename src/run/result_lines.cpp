#include "run/result_lines.hpp"

#include <unistd.h>

#include <cerrno>

#include <veery/base/error.hpp>

namespace veery {

ResultLines::ResultLines(const std::filesystem::path& file) {
  if (!file.empty()) file_.emplace(file);
}

void ResultLines::append(const std::string& line) {
  if (file_) {
    file_->append(line);
    return;
  }
  if (unwritten_.empty()) unwritten_ = line + '\n';  // else: the same line again
  while (!unwritten_.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, unwritten_.data(), unwritten_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_error("cannot write results", "standard output", errno);
    unwritten_.erase(0, static_cast<std::size_t>(written));
  }
}

std::optional<std::string> ResultLines::last() const {
  return file_ ? file_->last_line() : std::nullopt;
}

}  // namespace veery
