#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <veery/base/error.hpp>
#include <veery/base/temporary_folder.hpp>

namespace veery {

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::string name = (parent / "veery-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw system_error("cannot make a temporary folder", name, errno);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace veery
