#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>
#include <utility>

#include <veery/archive/archive_index.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 12> kExtensions{".wav", ".wave", ".flac", ".ogg", ".opus", ".mp3",
                                                       ".aif", ".aiff", ".w64",  ".caf", ".rf64", ".oga"};

bool has_audio_extension(const fs::path& path) {
  const std::string extension = lower_case(path.extension().string());
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

/// What a path leads to, links followed; identifies folders and files however they are reached.
struct Identity {
  dev_t device;
  ino_t inode;
  auto operator<=>(const Identity&) const = default;
};

std::optional<Identity> identify(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

class Walk {
 public:
  Walk(fs::path archive, const fs::path& exclude) : archive_(std::move(archive)), exclude_(identify(exclude)) {}

  Listing run() {
    visit_folder(archive_);
    // Links last, in order of their names: what they lead to is listed only if nothing else led there.
    while (!links_.empty()) {
      const std::set<fs::path> links = std::exchange(links_, {});
      for (const fs::path& link : links) follow(link);
    }
    std::sort(listing_.paths.begin(), listing_.paths.end());
    return std::move(listing_);
  }

 private:
  void visit_folder(const fs::path& top) {
    std::deque<fs::path> folders{top};
    while (!folders.empty()) {
      const fs::path folder = std::move(folders.front());
      folders.pop_front();
      const auto identity = identify(folder);
      if (!identity) {
        refuse(folder, {Reason::unreadable, std::strerror(errno)});
        continue;
      }
      if (identity == exclude_ || !seen_.insert(*identity).second) continue;
      std::error_code failure;
      for (fs::directory_iterator entry{folder, failure}, end; !failure && entry != end; entry.increment(failure)) {
        visit_entry(*entry, folders);
      }
      if (failure) refuse(folder, {Reason::unreadable, failure.message()});
    }
  }

  void visit_entry(const fs::directory_entry& entry, std::deque<fs::path>& folders) {
    if (entry.path().filename().string().starts_with('.')) return;
    std::error_code failure;
    if (entry.is_symlink(failure)) {
      links_.insert(entry.path());
    } else if (entry.is_directory(failure)) {
      folders.push_back(entry.path());
    } else if (has_audio_extension(entry.path())) {
      if (const auto identity = identify(entry.path())) seen_.insert(*identity);
      add(entry.path());
    }
  }

  void follow(const fs::path& link) {
    const auto identity = identify(link);
    std::error_code failure;
    if (!identity) {
      if (has_audio_extension(link)) refuse(link, {Reason::unreadable, "a symbolic link that leads nowhere"});
    } else if (fs::is_directory(link, failure)) {
      visit_folder(link);
    } else if (has_audio_extension(link) && seen_.insert(*identity).second) {
      add(link);
    }
  }

  void add(const fs::path& path) {
    std::string relative = path.lexically_relative(archive_).generic_string();
    if (is_utf8(relative)) {
      listing_.paths.push_back(std::move(relative));
    } else {
      refuse(path, {Reason::not_utf8, "rename it"});
    }
  }

  void refuse(const fs::path& path, Refusal refusal) {
    listing_.refused.push_back({path.lexically_relative(archive_).generic_string(), std::move(refusal)});
  }

  fs::path archive_;
  std::optional<Identity> exclude_;
  std::set<Identity> seen_;
  std::set<fs::path> links_;
  Listing listing_;
};

void require_folder(const fs::path& archive) {
  std::error_code failure;
  if (!fs::is_directory(archive, failure)) {
    throw UsageError{"the archive is not a folder", archive.string(),
                     failure ? failure.message() : "give the top folder"};
  }
}

}  // namespace

Listing list_archive(const fs::path& archive, const fs::path& exclude) {
  require_folder(archive);
  Listing listing = Walk{archive, exclude}.run();
  const auto top_unreadable = [](const RefusedRecording& row) { return row.path == "."; };
  if (std::any_of(listing.refused.begin(), listing.refused.end(), top_unreadable)) {
    throw Error{"cannot read the archive", archive.string(), "check the owner and permissions"};
  }
  return listing;
}

Listing list_from_file(const fs::path& archive, const fs::path& list) {
  require_folder(archive);
  std::error_code failure;
  if (!fs::exists(list, failure)) throw UsageError{"there is no such list", list.string(), "check --files-from"};
  const std::string text = read_text(list);
  const char separator = text.find('\0') == std::string::npos ? '\n' : '\0';
  const fs::path top = fs::absolute(archive).lexically_normal();
  std::set<std::string> paths;
  Listing listing;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (separator == '\n' && line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    if (!is_utf8(line)) {
      listing.refused.push_back({line, {Reason::not_utf8, "rename it"}});
      continue;
    }
    const std::string relative = (top / line).lexically_normal().lexically_relative(top).generic_string();
    if (relative.empty() || relative == ".." || relative.starts_with("../")) {
      listing.refused.push_back({line, {Reason::outside_archive, "listed in " + list.string()}});
    } else {
      paths.insert(relative);
    }
  }
  listing.paths.assign(paths.begin(), paths.end());
  return listing;
}

}  // namespace veery
