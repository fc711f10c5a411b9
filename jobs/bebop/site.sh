# shellcheck shell=bash source-path=SCRIPTDIR
# Bebop (LCRC): 2 sockets of 18 cores a node, no GPUs, Open MPI's mpirun, GPFS. Sources: ../README.md

cd "$PBS_O_WORKDIR" || exit 2
# shellcheck disable=SC2086
[[ -z ${MODULES-} ]] || module load $MODULES
export HDF5_USE_FILE_LOCKING=FALSE  # locks may fail on parallel file systems
# Else mpirun takes eight minutes to see that a node is gone.
export OMPI_MCA_oob_tcp_keepalive_time=60 OMPI_MCA_oob_tcp_keepalive_intvl=10 OMPI_MCA_oob_tcp_keepalive_probes=3
NODE_SCRATCH=${NODE_SCRATCH-/scratch}  # 15 GB, or 4 TB with bigdata=true in the select; emptied after the job

# mpirun takes the nodes, and mpiprocs ranks on each, from PBS. A rank has a socket and its memory.
LAUNCH=(mpirun --map-by socket --bind-to socket -x HDF5_USE_FILE_LOCKING -x PATH)
[[ -z ${LD_LIBRARY_PATH-} ]] || LAUNCH+=(-x LD_LIBRARY_PATH)

# shellcheck source=../run_until_done.sh
. "$(dirname "${BASH_SOURCE[0]}")/../run_until_done.sh"
