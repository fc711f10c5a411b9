#include <cerrno>
#include <cstring>

#include <veery/base/error.hpp>

namespace veery {
namespace {

std::string join(std::string_view what, std::string_view where, std::string_view remedy) {
  std::string text{what};
  if (!where.empty()) text.append(": ").append(where);
  if (!remedy.empty()) text.append(" (").append(remedy).append(")");
  return text;
}

std::string_view remedy_for(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "the disk is full: free space there and run the same command again";
    case EDQUOT:
      return "the quota is used up: free space there and run the same command again";
    case EACCES:
    case EPERM:
      return "check the owner and permissions";
    case EROFS:
      return "the file system is read-only: choose another --output";
    case ENOENT:
      return "check the path";
    case EIO:
    case ESTALE:
      return "the file system failed: run the same command again to continue";
    default:
      return {};
  }
}

}  // namespace

Error::Error(std::string_view what, std::string_view where, std::string_view remedy)
    : std::runtime_error(join(what, where, remedy)) {}

Error system_error(std::string_view what, const std::filesystem::path& where, int error_number) {
  const std::string cause = std::string{what} + ": " + std::strerror(error_number);
  return Error{cause, where.string(), remedy_for(error_number)};
}

}  // namespace veery
