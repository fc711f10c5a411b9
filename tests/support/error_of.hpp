#pragma once
#include <functional>
#include <string>

#include <veery/base/error.hpp>

namespace veery::test {

/// The message of the Error that `work` throws, else nothing.
inline std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace veery::test
