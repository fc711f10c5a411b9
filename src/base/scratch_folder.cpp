#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/scratch_folder.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kRandomLetters = 6;
constexpr int kTries = 20;  ///< for a folder that no other process takes for abandoned

/// The host is part of it: locks may hold on one machine alone, where several share a file system.
std::string name_prefix() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string name{host.data()};
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char letter) { return std::isalnum(letter) == 0 && letter != '-' && letter != '.'; }, '_');
  return "veery-scratch-" + name + "-";
}

/// Ours alone, to the letter: other folders begin with "veery-" too.
bool is_scratch_name(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  return digits > 0 && name.size() == digits + 1 + kRandomLetters && name[digits] == '-';
}

enum class Lock { taken, held, impossible };

Lock take_lock(const FileDescriptor& folder) {
  int result = 0;
  do {
    result = ::flock(folder.get(), LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return Lock::taken;
  return errno == EWOULDBLOCK ? Lock::held : Lock::impossible;
}

/// Whether its path still leads to it.
bool is_in_place(const FileDescriptor& folder) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(folder.get(), &opened) == 0 && ::lstat(folder.path().c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

bool is_ours(const FileDescriptor& folder) {
  struct stat status {};
  return ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid();
}

std::optional<FileDescriptor> open_folder(const fs::path& path) {
  try {
    return FileDescriptor::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (const SystemError& failure) {
    if (failure.error_number() == ENOENT) return std::nullopt;
    throw;
  }
}

/// A process that cleans up may come between the folder and its lock: then another one is made.
FileDescriptor make_folder(const fs::path& parent) {
  const std::string pattern = (parent / (name_prefix() + std::to_string(::getpid()) + "-XXXXXX")).string();
  for (int i = 0; i < kTries; ++i) {
    std::string name = pattern;
    if (::mkdtemp(name.data()) == nullptr) throw system_error("cannot create a folder in", parent, errno);
    auto folder = open_folder(name);
    if (folder && take_lock(*folder) != Lock::held && is_in_place(*folder)) return *std::move(folder);
  }
  throw Error{"a scratch folder is taken away as soon as it is made", parent.string(), "choose another --scratch"};
}

/// As far as it can be listed.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  std::error_code failure;
  for (fs::directory_iterator entry{folder, failure}, end; !failure && entry != end; entry.increment(failure))
    entries.push_back(*entry);
  return entries;
}

/// Files only: veery makes nothing else there, so what else there is keeps the folder.
void remove_folder(const fs::path& path) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : entries_of(path)) {
    if (fs::is_regular_file(entry.symlink_status(ignored))) fs::remove(entry.path(), ignored);
  }
  ::rmdir(path.c_str());
}

}  // namespace

ScratchFolder::ScratchFolder(const fs::path& parent) : folder_(make_folder(parent)) {}

ScratchFolder::~ScratchFolder() {
  remove_folder(path());
}

void remove_abandoned_scratch_folders(const fs::path& parent) {
  const std::string prefix = name_prefix();
  for (const fs::directory_entry& entry : entries_of(parent)) {
    if (!is_scratch_name(entry.path().filename().string(), prefix)) continue;
    try {
      const auto folder = open_folder(entry.path());
      if (folder && is_ours(*folder) && take_lock(*folder) == Lock::taken && is_in_place(*folder))
        remove_folder(entry.path());
    } catch (const SystemError&) {
      // It can't be looked at, or is no folder: not ours to judge.
    }
  }
}

}  // namespace veery
