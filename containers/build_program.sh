#!/bin/bash
# build_program.sh openmpi|mpich PREFIX: builds veery and installs it with what it needs of LibTorch, for a system
# that has neither compilers nor Python. PREFIX/containers/packages lists the Debian packages that it needs there.
#
# With VEERY_TORCH=cuda all of LibTorch's libraries come along, else just those that are loaded without a GPU.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
mpi=$1 prefix=$2
program=$prefix/bin/veery

refuse() { printf 'build_program.sh: %s\n' "$*" >&2; exit 2; }

# Libraries that the program loads, as paths.
loaded_libraries() { ldd "$program" | sed -n 's/.* => \(\/.*\) (0x.*/\1/p'; }

# The path of the one whose name begins so.
loaded_library() { loaded_libraries | grep "/$1\." | head -n 1; }

install_program() {
  local preset
  case $mpi in
    openmpi) preset=release ;;
    mpich) preset=mpich ;;
    *) refuse "MPI is openmpi or mpich, not '$mpi'" ;;
  esac
  ./dev build "$preset" veery veery_descriptions
  cmake --install "build/$preset" --prefix "$prefix" --component runtime --strip
  install -D --target-directory="$prefix/containers" containers/veery.sh containers/install_packages.sh
}

# Of LibTorch, paths below the folder that holds it; NVIDIA's libraries lie beside it there.
torch_libraries() {
  if [[ ${VEERY_TORCH:-cpu} == cuda ]]; then
    find . \( -path "./$torch/lib/*" -o -path './nvidia/*' \) -name '*.so*' ! -name 'libtorch_python*' ! -name 'libshm*'
  else
    loaded_libraries | sed -n "s|^$PWD/||p"
  fi
}

# They find each other by their places, which they keep below PREFIX/lib.
move_torch_in() {
  local lib site torch
  lib=$(dirname "$(loaded_library libtorch_cpu)")
  site=$(realpath "$lib/../..")
  torch=$(realpath --relative-to="$site" "$lib/..")
  (cd "$site" && torch_libraries | xargs cp --parents --target-directory="$prefix/lib")
  # shellcheck disable=SC2016
  patchelf --set-rpath '$ORIGIN/../lib:$ORIGIN/../lib/'"$torch/lib" "$program"
}

# Debian's MPICH has a name of its own, libmpich.so.12. By the name of MPICH's ABI, libmpi.so.12, the host's library is
# found when its folder comes first, and otherwise the image's, through a link.
ask_for_abi_name() {
  local own
  own=$(loaded_library libmpich)
  patchelf --replace-needed "$(basename "$own")" libmpi.so.12 "$program"
  ln -s "$own" "$prefix/lib/libmpi.so.12"
}

# The package of each library that isn't below PREFIX. Where /lib is a link to /usr/lib, dpkg knows one of the two paths.
list_packages() {
  local library
  loaded_libraries | xargs realpath | grep -v "^$prefix/" | while read -r library; do
    { dpkg-query --search "$library" "${library#/usr}" 2> /dev/null || true; } | sed 's/:.*//'
  done | sort -u
}

mkdir -p "$prefix/lib"
install_program
move_torch_in
[[ $mpi != mpich ]] || ask_for_abi_name
! ldd "$program" | grep 'not found' || refuse "libraries are missing"
list_packages > "$prefix/containers/packages"
