# Makes one imported target, veery::torch, from LibTorch's own libraries.
#
# Looks at VEERY_TORCH_DIR (a LibTorch zip, or the `torch` folder of a Python package) and, when that is
# empty, at the `torch` package of the active Python. The wheel's own find_package(Torch) is not used:
# it demands a CUDA toolkit even for a CPU build, and prefers a system LibTorch.
#
# The CUDA libraries are not linked: src/separation/device.cpp loads them when a GPU is asked for.
#
# Sets VeeryTorch_FOLDER (where it was found), VeeryTorch_VERSION and VeeryTorch_RUNTIME_DIRS (what an installed program needs
# in its rpath).
set(VEERY_TORCH_DIR "" CACHE PATH "LibTorch: the folder that holds include/ and lib/")
set(_torch_dir "${VEERY_TORCH_DIR}")
if(NOT _torch_dir)
  find_package(Python3 QUIET COMPONENTS Interpreter)
  if(Python3_Interpreter_FOUND)
    execute_process(
      COMMAND ${Python3_EXECUTABLE} -c
        "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
      OUTPUT_VARIABLE _torch_dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
cmake_path(ABSOLUTE_PATH _torch_dir BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" NORMALIZE)
set(VeeryTorch_FOLDER "${_torch_dir}")

# NO_CACHE: another VEERY_TORCH_DIR in the same build tree must not meet the libraries of the last one.
find_path(VeeryTorch_INCLUDE_DIR ATen/ATen.h HINTS "${_torch_dir}/include" NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH NO_CACHE)
set(_torch_required VeeryTorch_INCLUDE_DIR)
foreach(library IN ITEMS torch_cpu c10)
  find_library(VeeryTorch_${library} ${library} HINTS "${_torch_dir}/lib" NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH NO_CACHE)
  list(APPEND _torch_required VeeryTorch_${library})
endforeach()

set(VeeryTorch_VERSION "")
foreach(header IN ITEMS torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  if(NOT VeeryTorch_VERSION AND EXISTS "${VeeryTorch_INCLUDE_DIR}/${header}")
    file(STRINGS "${VeeryTorch_INCLUDE_DIR}/${header}" _torch_lines
      REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    string(REGEX REPLACE "[^0-9;]+" "" _torch_lines "${_torch_lines}")
    list(JOIN _torch_lines "." VeeryTorch_VERSION)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(VeeryTorch REQUIRED_VARS ${_torch_required} VERSION_VAR VeeryTorch_VERSION
  REASON_FAILURE_MESSAGE "set -DVEERY_TORCH_DIR= to a LibTorch >= 2.11, or run ./dev build, which fetches one")
if(NOT VeeryTorch_FOUND)
  return()
endif()
# The version that veery is tested with; much older ones lack the interfaces to a GPU's free memory and to TF32.
if(VeeryTorch_VERSION VERSION_LESS 2.11)
  message(FATAL_ERROR "LibTorch ${VeeryTorch_VERSION} in ${_torch_dir} is too old: veery needs 2.11 or newer")
endif()

# The wheel's libtorch_cpu needs the CUDA runtime and CUPTI from the sibling `nvidia` packages. Its own
# rpath finds them when the program starts; the linker has to be told.
file(GLOB _torch_nvidia_dirs LIST_DIRECTORIES true "${_torch_dir}/../nvidia/*/lib")
set(VeeryTorch_RUNTIME_DIRS "${_torch_dir}/lib")
foreach(folder IN LISTS _torch_nvidia_dirs)
  cmake_path(NORMAL_PATH folder)
  list(APPEND VeeryTorch_RUNTIME_DIRS "${folder}")
endforeach()

# The wheel also ships headers of libraries that others here bring in another version (fmt, nlohmann): what the
# compiler sees is LibTorch's own, behind links. Another LibTorch has another folder, so that all is compiled anew.
string(SHA1 _torch_id "${VeeryTorch_INCLUDE_DIR}")
string(SUBSTRING "${_torch_id}" 0 8 _torch_id)
set(_torch_headers "${CMAKE_BINARY_DIR}/torch-include/${_torch_id}")
file(MAKE_DIRECTORY "${_torch_headers}")
foreach(folder IN ITEMS ATen c10 caffe2 torch)
  file(CREATE_LINK "${VeeryTorch_INCLUDE_DIR}/${folder}" "${_torch_headers}/${folder}" SYMBOLIC)
endforeach()

if(NOT TARGET veery::torch)
  add_library(veery::torch INTERFACE IMPORTED)
  target_include_directories(veery::torch SYSTEM INTERFACE
    "${_torch_headers}" "${_torch_headers}/torch/csrc/api/include")
  foreach(folder IN LISTS VeeryTorch_RUNTIME_DIRS)
    target_link_options(veery::torch INTERFACE "LINKER:-rpath-link,${folder}")
  endforeach()
  target_link_libraries(veery::torch INTERFACE "${VeeryTorch_torch_cpu}" "${VeeryTorch_c10}" ${CMAKE_DL_LIBS})
endif()
