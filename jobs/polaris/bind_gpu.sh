#!/bin/bash
# bind_gpu.sh PROGRAM [ARGUMENT…]: shows each rank the one GPU next to its cores, before MPI and CUDA start.
#
# Cray MPI does not bind ranks to GPUs, and Polaris counts the GPUs against the cores: GPU 3 is next to cores 0-7, GPU 0
# next to cores 24-31. Ranks of one node share its cores in order, so a rank's place among them tells its cores.
gpus=4
rank=${PMI_LOCAL_RANK:?bind_gpu.sh: PALS mpiexec sets PMI_LOCAL_RANK, and it is not set}
ranks=${PMI_LOCAL_SIZE:-$gpus}
export CUDA_VISIBLE_DEVICES=$((gpus - 1 - rank * gpus / ranks))
exec "$@"
