# Run at every build: writes OUTPUT only when the version or the commit changed.
execute_process(COMMAND git describe --always --dirty=+ --abbrev=12 --exclude=*
  WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE
  ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR commit STREQUAL "")
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include <veery/base/version.hpp>

namespace veery {
std::string_view program_version() { return "@VERSION@"; }
std::string_view program_commit() { return "@commit@"; }
}  // namespace veery
]])
