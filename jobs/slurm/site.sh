# shellcheck shell=bash source-path=SCRIPTDIR
# Any site with Slurm. Sources: ../README.md

cd "$SLURM_SUBMIT_DIR" || exit 2
# shellcheck disable=SC2086
[[ -z ${MODULES-} ]] || module load $MODULES
export HDF5_USE_FILE_LOCKING=FALSE  # locks may fail on parallel file systems
NODE_SCRATCH=${NODE_SCRATCH-${SLURM_TMPDIR:-${TMPDIR:-/tmp}}}  # if this is memory, set NODE_SCRATCH=""

# Blocks: the ranks of a node take its cores in order, so that each has a NUMA domain's where the numbers fit. The
# number of cores is said again because srun, from 22.05 on, does not take it from sbatch. A rank that ends with 75 or 3
# ends no other.
LAUNCH=(srun --mpi="${MPI:-pmix}" --distribution=block:block --cpu-bind=cores
  --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" --kill-on-bad-exit=0)

# shellcheck source=../run_until_done.sh
. "$(dirname "${BASH_SOURCE[0]}")/../run_until_done.sh"
