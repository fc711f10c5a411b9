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
    case EFBIG:
      return "files may not grow that large there: raise the limit (ulimit -f) or choose another file system";
    case EACCES:
    case EPERM:
      return "check the owner and permissions";
    case EROFS:
      return "the file system is read-only: choose another --output";
    case ENOENT:
      return "check the path";
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
      return "something else has that name: check the path";
    case ENAMETOOLONG:
      return "choose an --output with a shorter path";
    case EMFILE:
    case ENFILE:
      return "too many files are open: raise the limit (ulimit -n) or use fewer --threads";
    case EIO:
    case EREMOTEIO:
    case ESTALE:
    case ETIMEDOUT:
    case EAGAIN:
    case ENOTCONN:
    case EHOSTDOWN:
    case ESHUTDOWN:
      return "the file system failed: run the same command again to continue";
    default:
      return {};
  }
}

}  // namespace

Error::Error(std::string_view what, std::string_view where, std::string_view remedy)
    : std::runtime_error(join(what, where, remedy)) {}

std::string SystemError::cause() const {
  return std::strerror(error_number_);
}

SystemError system_error(std::string_view what, const std::filesystem::path& where, int error_number) {
  const std::string cause = std::string{what} + ": " + std::strerror(error_number);
  return SystemError{cause, where.string(), remedy_for(error_number), error_number};
}

}  // namespace veery
