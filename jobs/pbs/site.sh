# shellcheck shell=bash source-path=SCRIPTDIR
# Any site with OpenPBS or PBS Professional, and an mpirun of Open MPI, MPICH or Intel MPI. Sources: ../README.md

cd "$PBS_O_WORKDIR" || exit 2
# shellcheck disable=SC2086
[[ -z ${MODULES-} ]] || module load $MODULES
export HDF5_USE_FILE_LOCKING=FALSE  # locks may fail on parallel file systems
# Else Open MPI's mpirun takes eight minutes to see that a node is gone.
export OMPI_MCA_oob_tcp_keepalive_time=60 OMPI_MCA_oob_tcp_keepalive_intvl=10 OMPI_MCA_oob_tcp_keepalive_probes=3
NODE_SCRATCH=${NODE_SCRATCH-${TMPDIR:-/tmp}}  # if this is memory, set NODE_SCRATCH=""

# $PBS_NODEFILE has a line for each of a node's mpiprocs ranks. Open MPI (the second variable is version 5's) would bind
# two ranks to a core each; how many threads a rank starts is said by --threads.
export OMPI_MCA_hwloc_base_binding_policy=none PRTE_MCA_hwloc_default_binding_policy=none
LAUNCH=("${MPIRUN[@]}" -machinefile "$PBS_NODEFILE" -n "$(wc -l < "$PBS_NODEFILE")")

# shellcheck source=../run_until_done.sh
. "$(dirname "${BASH_SOURCE[0]}")/../run_until_done.sh"
