#include <veery/base/recording_path.hpp>

namespace veery {

std::string_view without_extension(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t name = path.rfind('/') + 1;  // 0 at the top
  return dot == std::string_view::npos || dot <= name ? path : path.substr(0, dot);
}

}  // namespace veery
