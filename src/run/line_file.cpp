#include "run/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kBlockBytes = std::int64_t{1} << 16U;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

FileDescriptor open_for_lines(const fs::path& path) {
  create_folder(folder_of(path));
  return FileDescriptor::open(path, O_RDWR | O_CREAT | O_APPEND);
}

}  // namespace

LineFile::LineFile(const fs::path& path) : file_(open_for_lines(path)) {
  FileDescriptor::open(folder_of(path), O_RDONLY | O_DIRECTORY).flush();
  const std::int64_t size = file_.size();
  const std::int64_t whole = begin_of_last_line(size);
  if (whole < size) cut_to(whole);
}

void LineFile::cut_to(std::int64_t size) {
  cut_due_ = size;
  if (::ftruncate(file_.get(), size) != 0) throw system_error("cannot repair", file_.path(), errno);
  file_.flush();
  cut_due_.reset();
}

std::int64_t LineFile::append(const std::string& line) {
  if (cut_due_) cut_to(*cut_due_);
  const std::int64_t begin = file_.size();
  const std::string text = line + '\n';
  try {
    ssize_t written = -1;
    do {
      written = ::write(file_.get(), text.data(), text.size());
    } while (written < 0 && errno == EINTR);
    if (std::cmp_not_equal(written, text.size()))
      throw system_error("cannot write", file_.path(), written < 0 ? errno : ENOSPC);
    file_.flush();
  } catch (const SystemError&) {
    cut_due_ = begin;
    if (::ftruncate(file_.get(), begin) == 0) cut_due_.reset();
    throw;
  }
  return begin;
}

std::string LineFile::line_at(std::int64_t begin) const {
  std::string line;
  std::array<char, kBlockBytes> block{};
  for (std::int64_t at = begin;;) {
    const std::size_t count = file_.read_at(at, std::as_writable_bytes(std::span{block}));
    const std::string_view piece{block.data(), count};
    const std::size_t end = piece.find('\n');
    line.append(piece.substr(0, end));
    if (end != std::string_view::npos || piece.empty()) return line;
    at += static_cast<std::int64_t>(count);
  }
}

/// Behind the last line feed in front of `end`.
std::int64_t LineFile::begin_of_last_line(std::int64_t end) const {
  std::array<char, kBlockBytes> block{};
  while (end > 0) {
    const std::int64_t begin = std::max<std::int64_t>(end - kBlockBytes, 0);
    const std::span piece = std::span{block}.first(static_cast<std::size_t>(end - begin));
    static_cast<void>(file_.read_at(begin, std::as_writable_bytes(piece)));
    const auto found = std::find(piece.rbegin(), piece.rend(), '\n');
    if (found != piece.rend()) return end - (found - piece.rbegin());
    end = begin;
  }
  return 0;
}

std::optional<std::string> LineFile::last_line() const {
  const std::int64_t size = file_.size();
  if (size == 0) return std::nullopt;
  return line_at(begin_of_last_line(size - 1));
}

void LineFile::for_each(const std::function<void(std::int64_t, const std::string&)>& take_line) const {
  std::string open;
  std::int64_t begin = 0;
  std::array<char, kBlockBytes> block{};
  std::int64_t at = 0;
  while (const std::size_t count = file_.read_at(at, std::as_writable_bytes(std::span{block}))) {
    std::string_view piece{block.data(), count};
    for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      open.append(piece.substr(0, end));
      take_line(begin, open);
      begin += static_cast<std::int64_t>(open.size()) + 1;
      open.clear();
      piece.remove_prefix(end + 1);
    }
    open.append(piece);
    at += static_cast<std::int64_t>(count);
  }
}

}  // namespace veery
