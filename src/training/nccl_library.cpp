#include "training/nccl_library.hpp"

#include <dlfcn.h>

#include <veery/base/error.hpp>

namespace veery::training {
namespace {

template <typename Function>
void find(Function*& function, const char* name, NcclLibrary& library) {
  function = reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
  if (function == nullptr) library.problem.assign(name).append(" is missing");
}

NcclLibrary load() {
  NcclLibrary library;
  // Linked into libtorch_cuda, or loaded with it; else wherever the system has it.
  if (::dlsym(RTLD_DEFAULT, "ncclAllReduce") == nullptr &&
      ::dlopen("libnccl.so.2", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* const why = ::dlerror();
    library.problem = why == nullptr ? "libnccl.so.2 can't be loaded" : why;
    return library;
  }
  find(library.get_unique_id, "ncclGetUniqueId", library);
  find(library.init_rank, "ncclCommInitRank", library);
  find(library.all_reduce, "ncclAllReduce", library);
  find(library.async_error, "ncclCommGetAsyncError", library);
  find(library.abort, "ncclCommAbort", library);
  find(library.destroy, "ncclCommDestroy", library);
  find(library.error_text, "ncclGetErrorString", library);
  return library;
}

}  // namespace

const NcclLibrary& nccl_library() {
  static const NcclLibrary library = load();
  return library;
}

void check_nccl(NcclLibrary::Result result, const std::string& what) {
  if (result == NcclLibrary::kSuccess) return;
  throw Error{"NCCL failed", what,
              std::string{nccl_library().error_text(result)} + "; NCCL_DEBUG=INFO tells more, " +
                  "--all-reduce mpi does without"};
}

}  // namespace veery::training
