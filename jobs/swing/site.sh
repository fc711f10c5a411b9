# shellcheck shell=bash source-path=SCRIPTDIR
# Swing (LCRC): 8 A100 and 128 cores a node, shared by jobs of 1, 2, 4 or 8 GPUs, Open MPI's mpirun, GPFS.
# Sources: ../README.md

cd "$PBS_O_WORKDIR" || exit 2
# shellcheck disable=SC2086
[[ -z ${MODULES-} ]] || module load $MODULES
export HDF5_USE_FILE_LOCKING=FALSE  # locks may fail on parallel file systems
# Else mpirun takes eight minutes to see that a node is gone.
export OMPI_MCA_oob_tcp_keepalive_time=60 OMPI_MCA_oob_tcp_keepalive_intvl=10 OMPI_MCA_oob_tcp_keepalive_probes=3
NODE_SCRATCH=${NODE_SCRATCH-/scratch}  # emptied after the job

# mpirun takes the nodes, and mpiprocs ranks on each, from PBS. A GPU comes with 16 cores, as a NUMA domain has; ranks take
# the job's GPUs in order.
LAUNCH=(mpirun --map-by numa --bind-to numa -x HDF5_USE_FILE_LOCKING -x PATH)
[[ -z ${LD_LIBRARY_PATH-} ]] || LAUNCH+=(-x LD_LIBRARY_PATH)

# shellcheck source=../run_until_done.sh
. "$(dirname "${BASH_SOURCE[0]}")/../run_until_done.sh"
