# Settings of every target, and veery_module.
include(GNUInstallDirs)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug, RelWithDebInfo" FORCE)
endif()
find_program(VEERY_CCACHE ccache DOC "Compiler cache, used when found")
if(VEERY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What is not in the cache is not preprocessed first; precompiled headers are cached by what they include; builds beside
  # each other share what they have in common.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${VEERY_CCACHE})
endif()

# veery_module(NAME SOURCES … [MAY_INCLUDE module…] [VENDORS name…] [PUBLIC_VENDORS name…])
#
# One folder of src/ and include/veery/ as one library, veery::NAME. MAY_INCLUDE is the whole list of
# modules whose headers it may include, VENDORS the whole list of outside libraries: ctest `layering`
# compares both with the real #includes, and keeps each exclusive vendor in its home module. Who includes
# the module's headers finds those of its PUBLIC_VENDORS too. The vendors are those of VeeryLibraries.cmake.

function(veery_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 sees overlaps that are not there (bug 105329)
    -Wold-style-cast -Wcast-qual -Wdouble-promotion -Werror=return-type
    -ffp-contract=off)  # a product rounds before it is added, on processors that could fuse them too; kernels say otherwise
  # mpi.h must not bring the long-removed C++ bindings, whose library is not linked.
  target_compile_definitions(${target} PRIVATE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
  if(VEERY_SANITIZE)
    # GCC 12 sees members without a value where sanitizers have rewritten std::function (bug 105562).
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_compile_options(${target} PUBLIC -fsanitize=${VEERY_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${VEERY_SANITIZE})
  endif()
endfunction()

# veery_compile_quickly(TARGET): for what says who does what and when, where nothing takes long. A quarter to two fifths
# less to compile.
function(veery_compile_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# veery_precompile(TARGET header…): for headers that cost more than what includes them. Each source includes what it
# needs all the same (the preset `tidy` has no precompiled headers).
set(VEERY_TORCH_HEADERS <ATen/Functions.h> <ATen/TensorOperators.h>)
function(veery_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # for ccache
endfunction()

function(veery_module name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;MAY_INCLUDE;VENDORS;PUBLIC_VENDORS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "veery_module(${name}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  set(target veery_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(veery::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  foreach(module IN LISTS ARG_MAY_INCLUDE)
    target_link_libraries(${target} PUBLIC veery::${module})
  endforeach()
  foreach(vendor IN LISTS ARG_VENDORS ARG_PUBLIC_VENDORS)
    if(NOT DEFINED VEERY_VENDOR_${vendor})
      message(FATAL_ERROR "veery_module(${name}): unknown vendor ${vendor}")
    endif()
    set(visibility PRIVATE)
    if(vendor IN_LIST ARG_PUBLIC_VENDORS)
      set(visibility PUBLIC)
    endif()
    target_link_libraries(${target} ${visibility} ${VEERY_VENDOR_${vendor}})
  endforeach()
  veery_compile_options(${target})
  set_property(GLOBAL APPEND PROPERTY VEERY_MODULES ${name})
endfunction()
