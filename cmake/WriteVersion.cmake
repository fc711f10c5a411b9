# Run at every build: writes OUTPUT only when something in it has changed. Needs SOURCE_DIR, VERSION and BUILD.
#
# The commit is git's or, of an archive that `git archive` made (those that hosts of repositories offer), what it wrote
# into the next two lines (.gitattributes: export-subst).
set(commit "$Format:%H$")
set(date "$Format:%cs$")

function(ask_git result)
  # safe.directory: a container's checkout may belong to somebody else.
  execute_process(COMMAND git -c safe.directory=* ${ARGN}
    WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(answer "unknown")
  endif()
  set(${result} "${answer}" PARENT_SCOPE)
endfunction()

if(commit MATCHES "^[0-9a-f]+$")
  string(SUBSTRING "${commit}" 0 12 commit)
else()
  set(commit "unknown")
  set(date "")
  ask_git(prefix rev-parse --show-prefix)
  if(prefix STREQUAL "")  # not a folder within somebody else's repository
    ask_git(commit describe --always --dirty=+ --abbrev=12 --exclude=*)
  endif()
  if(NOT commit STREQUAL "unknown")
    ask_git(date log -1 --format=%cs)
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include <veery/base/version.hpp>

namespace veery {
std::string_view program_version() { return "@VERSION@"; }
std::string_view program_commit() { return "@commit@"; }
std::string_view program_commit_date() { return "@date@"; }
std::string_view program_build() { return "@BUILD@"; }
}  // namespace veery
]])
