# veery_test(MODULE SOURCES file… [LINKS target…] [RANKS n…] [LABELS label…] [TIMEOUT seconds] [STARTS_MPI])
#
# One GoogleTest program, test_MODULE, with every case registered under the label MODULE. It links
# veery::MODULE where there is one. With RANKS the program runs under MPI (tests/support/mpi_world.hpp)
# and is registered whole, once a rank count. STARTS_MPI: the cases start programs that use MPI. Cases labelled
# `long` or `service` run in `./dev test all` only.
#
# veery_mpi_test(NAME RANKS n… COMMAND command… [LABELS label…] [TIMEOUT seconds])
#
# One ctest entry a rank count, NAME.ranks_n: `mpirun -n n command…`; the command may be a target.
#
# Tests find VEERY_TEST_PYTHON (a Python with NumPy and h5py), VEERY_TFDS_PYTHON (one with TensorFlow Datasets, which may
# be absent), VEERY_PROGRAM (the built program) and, without sanitizers, VEERY_FAULTS_LIBRARY (to preload:
# tests/support/faults/faults.hpp) in their environment, and the compile definitions VEERY_TEST_SOURCE_DIR (their own
# folder) and VEERY_TEST_SHARED_DIR (the folder `shared` beside the project, which may be absent).
include(GoogleTest)

set(VEERY_TEST_PYTHON "" CACHE FILEPATH "A Python with NumPy and h5py, for the tests that read what veery wrote")
if(NOT VEERY_TEST_PYTHON)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(VEERY_TEST_PYTHON ${Python3_EXECUTABLE})
endif()

set(VEERY_TFDS_PYTHON "" CACHE FILEPATH "A Python with tests/run/tfds_requirements.txt, for the tests labelled long")

set(veery_test_environment
  VEERY_TEST_PYTHON=${VEERY_TEST_PYTHON}
  VEERY_TFDS_PYTHON=${VEERY_TFDS_PYTHON}
  VEERY_PROGRAM=${CMAKE_BINARY_DIR}/bin/veery
  OMPI_ALLOW_RUN_AS_ROOT=1
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1)
if(VEERY_SANITIZE)  # whose library wants to be the first: none of ours before it
  list(APPEND veery_test_environment UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1)
else()
  list(APPEND veery_test_environment VEERY_FAULTS_LIBRARY=${CMAKE_BINARY_DIR}/bin/libveery_faults.so)
endif()
# Open MPI unloads its plug-ins without freeing what they hold, and then nobody can tell whose it was.
set(veery_mpi_environment ${veery_test_environment} ASAN_OPTIONS=detect_leaks=0:handle_segv=0)

function(veery_mpi_test name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "TIMEOUT" "RANKS;COMMAND;LABELS")
  if(NOT ARG_RANKS OR NOT ARG_COMMAND OR ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "veery_mpi_test(${name}): wants RANKS and COMMAND")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  list(POP_FRONT ARG_COMMAND program)
  if(TARGET ${program})
    set(program $<TARGET_FILE:${program}>)
  endif()
  foreach(ranks IN LISTS ARG_RANKS)
    set(test ${name}.ranks_${ranks})
    add_test(NAME ${test} COMMAND
      ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS} ${program} ${ARG_COMMAND})
    set_tests_properties(${test} PROPERTIES PROCESSORS ${ranks} TIMEOUT ${ARG_TIMEOUT}
      LABELS "mpi;${ARG_LABELS}" ENVIRONMENT "${veery_mpi_environment}")
  endforeach()
endfunction()

function(veery_test module)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "STARTS_MPI" "TIMEOUT" "SOURCES;LINKS;RANKS;LABELS")
  if(NOT ARG_SOURCES OR ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "veery_test(${module}): wants SOURCES; unknown: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(target test_${module})
  add_executable(${target} ${ARG_SOURCES})
  veery_compile_options(${target})
  veery_compile_quickly(${target})  # tests are compiled more often than run
  target_link_libraries(${target} PRIVATE $<TARGET_NAME_IF_EXISTS:veery::${module}> ${ARG_LINKS} GTest::gtest)
  # src: internal headers are tested too. tests: "support/…" is shared by all tests.
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${target} PRIVATE
    VEERY_TEST_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}" VEERY_TEST_SHARED_DIR="${PROJECT_SOURCE_DIR}/../shared")
  if(ARG_RANKS)
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/mpi_main.cpp)
    veery_mpi_test(${module} RANKS ${ARG_RANKS} COMMAND ${target}
      TIMEOUT ${ARG_TIMEOUT} LABELS ${module} ${ARG_LABELS})
    return()
  endif()
  target_link_libraries(${target} PRIVATE GTest::gtest_main)
  gtest_discover_tests(${target} TEST_PREFIX "${module}." TEST_LIST discovered_tests
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60)
  # gtest_discover_tests loses lists in PROPERTIES: ctest sets them itself, once it knows the names.
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_properties.cmake)
  set(labels ${module} ${ARG_LABELS})
  set(environment ${veery_test_environment})
  if(ARG_STARTS_MPI)
    set(environment ${veery_mpi_environment})
  endif()
  file(CONFIGURE OUTPUT ${script} @ONLY CONTENT [[
if(discovered_tests)
  set_tests_properties(${discovered_tests} PROPERTIES
    TIMEOUT @ARG_TIMEOUT@ LABELS [==[@labels@]==] ENVIRONMENT [==[@environment@]==])
endif()
unset(discovered_tests)
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()

# A build under sanitizers takes several times as long.
function(veery_test_timeout variable seconds)
  if(VEERY_SANITIZE)
    math(EXPR seconds "4 * ${seconds}")
  endif()
  set(${variable} ${seconds} PARENT_SCOPE)
endfunction()
