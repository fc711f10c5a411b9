#!/bin/bash
# veery_in_apptainer.sh [ARGUMENT…]: veery of the image VEERY_IMAGE on Polaris, with the host's MPI, for VEERY in a job script
# that has MODULES="spack-pe-base apptainer cray-mpich-abi" (../../containers/README.md).
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
host_libraries=${CRAY_LD_LIBRARY_PATH-}:${LD_LIBRARY_PATH-}

# The folder of Cray's library under the name of MPICH's ABI.
IFS=: read -ra folders <<< "$host_libraries"
for folder in "${folders[@]}"; do
  [[ -z $folder || ! -e $folder/libmpi.so.12 ]] || break
  folder=
done
: "${folder:?veery_in_apptainer.sh: no libmpi.so.12 in LD_LIBRARY_PATH: put cray-mpich-abi into MODULES}"

pals=$(printf '%s\n' /opt/cray/pe/pals/*/lib | sort --version-sort | tail -n 1)
export APPTAINERENV_VEERY_HOST_MPI=$folder
export APPTAINERENV_LD_LIBRARY_PATH=$host_libraries:$pals
export APPTAINER_BIND=/opt,/var/run/palsd${APPTAINER_BIND:+,$APPTAINER_BIND}
export VEERY_IMAGE_OPTIONS=${VEERY_IMAGE_OPTIONS---nv --fakeroot}
exec "$here/../veery_in_apptainer.sh" "$@"
