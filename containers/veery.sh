#!/bin/bash
# The command `veery` of an image. VEERY_HOST_MPI: the folder of the host's MPI library, which takes the place of the
# image's and has to be of the same kind (MPICH's ABI, or Open MPI of the same major version).
set -euo pipefail
program=/usr/local/veery/bin/veery

refuse() { printf 'veery: VEERY_HOST_MPI: %s\n' "$*" >&2; exit 2; }

take_host_mpi() {
  local name missing
  name=$(ldd "$program" | sed -n 's/^\s*\(libmpi\.so\.[0-9]*\) .*/\1/p')
  [[ -e $VEERY_HOST_MPI/$name ]] ||
    refuse "there is no $name in '$VEERY_HOST_MPI': bind the host's folder that holds it at the same path"
  export LD_LIBRARY_PATH=$VEERY_HOST_MPI${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  missing=$(ldd "$program" | sed -n 's/^\s*\(.*\) => not found/\1/p' | sort -u | paste --serial --delimiters=' ')
  [[ -z $missing ]] || refuse "the host's MPI needs $missing, too: bind their folders and add them to LD_LIBRARY_PATH"
}

[[ -z ${VEERY_HOST_MPI:-} ]] || take_host_mpi
exec "$program" "$@"
