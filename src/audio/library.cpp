#include <sndfile.h>

#include <string_view>

#include <veery/audio/library.hpp>

namespace veery {

std::string sndfile_version() {
  const std::string_view text{sf_version_string()};  // "libsndfile-1.2.0"
  return std::string{text.substr(text.find('-') + 1)};
}

}  // namespace veery
