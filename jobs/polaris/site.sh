# shellcheck shell=bash source-path=SCRIPTDIR
# Polaris (ALCF): 4 A100 and 32 cores in 4 NUMA domains a node, PALS mpiexec, Lustre. Sources: ../README.md

cd "$PBS_O_WORKDIR" || exit 2
here=$(dirname "${BASH_SOURCE[0]}")
if [[ -n ${MODULES-} ]]; then
  module use /soft/modulefiles
  # shellcheck disable=SC2086
  module load $MODULES
fi
export TMPDIR=/tmp                     # PBS's own is too long a name for sockets
export HDF5_USE_FILE_LOCKING=FALSE     # locks fail on Lustre
unset MPICH_GPU_SUPPORT_ENABLED        # veery sends no GPU memory; the variable wants a library that it isn't linked to
NODE_SCRATCH=${NODE_SCRATCH-/local/scratch}  # the node's SSDs, emptied after the job

# $PBS_NODEFILE may name a node more than once. A rank has a share of the cores without a gap; of 4, each a NUMA domain.
nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
LAUNCH=(mpiexec -n $((nodes * RANKS_PER_NODE)) --ppn "$RANKS_PER_NODE" --depth=$((32 / RANKS_PER_NODE)) --cpu-bind depth
  "$here/bind_gpu.sh")

# shellcheck source=../run_until_done.sh
. "$here/../run_until_done.sh"
