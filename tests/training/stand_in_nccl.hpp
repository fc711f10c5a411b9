#pragma once
// Seven functions of NCCL under their own names, for ranks that are threads of one program with a stand-in for a GPU
// each: what nccl.h promises of them and no more. Programs that link it have no other NCCL.
#include <string>

namespace veery::test {

/// Of the communicators since `forget_calls`.
struct NcclCalls {
  int joined = 0;
  int destroyed = 0;
  int aborted = 0;
  int looked_for_errors = 0;
};

[[nodiscard]] NcclCalls nccl_calls();
void forget_calls();

/// From now on the function `name` returns `result`; 0: it works.
void let_fail(const std::string& name, int result);

/// What ncclCommGetAsyncError tells from now on, of all communicators.
void set_async_error(int result);

}  // namespace veery::test
