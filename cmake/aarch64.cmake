# Builds for aarch64 on another processor: with Debian's cross compiler, and with Debian's arm64 packages unpacked into
# build/aarch64-sysroot, which is also where QEMU finds libraries. `./dev test aarch64` makes all of that.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

set(CMAKE_SYSROOT ../build/aarch64-sysroot)
cmake_path(ABSOLUTE_PATH CMAKE_SYSROOT BASE_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} NORMALIZE)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L ${CMAKE_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(_libraries ${CMAKE_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${_libraries}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)

# What their compiler wrappers would say on such a machine; those of this one name its own libraries.
set(HDF5_C_COMPILER_EXECUTABLE ${CMAKE_SYSROOT}/usr/bin/h5cc)
set(MPI_SKIP_COMPILER_WRAPPER ON)
set(MPI_C_LIB_NAMES mpi)
set(MPI_mpi_LIBRARY ${_libraries}/openmpi/lib/libmpi.so)
set(MPI_C_HEADER_DIR ${_libraries}/openmpi/include)
set(MPIEXEC_EXECUTABLE ${CMAKE_SYSROOT}/usr/bin/mpirun.openmpi)
