#!/usr/bin/env bash
# What can be checked only where there is a GPU: parity with the CPU in every precision, memory that runs out, the
# real-time factor, and training: the CPU's curve, bf16, and how fast the large network takes its steps. Builds nothing.
#
# usage: VEERY_TEST_SEPARATION=build/release/bin/test_separation VEERY_TEST_TRAINING=build/release/bin/test_training
#        VEERY_PROGRAM=build/release/bin/veery tests/gpu/run.sh
set -euo pipefail

tests=${VEERY_TEST_SEPARATION:?the built test_separation}
training_tests=${VEERY_TEST_TRAINING:?the built test_training}
program=${VEERY_PROGRAM:?the built veery}

nvidia-smi --query-gpu=index,name,memory.total,driver_version --format=csv
"$program" --version

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
log=$work/log
"$tests" --gtest_filter='Gpu.*:Device.*' | tee "$log"
"$training_tests" --gtest_filter='GpuSums.*' | tee --append "$log"
# Without a usable GPU each case would skip itself, and nothing would have been checked.
if grep --quiet 'SKIPPED.*Gpu' "$log"; then
  echo "tests/gpu/run.sh: no GPU could be used, see the reason above" >&2
  exit 1
fi

# ── training ──

configs=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../configs
"$program" synthesize -o "$work/archive" --hours 1 --recording 60s --sample-rate 22050
"$program" process "$work/archive" -o "$work/data" --quiet --sample-rate 22050 --interval 12s --peak-scope 60s

# train NAME OPTION…: the losses of its steps, in $work/NAME/metrics.csv
train() { "$program" train "$work/data" -o "$work/$1" --validate-every 0 "${@:2}"; }

train cpu --device cpu --steps 5
train cuda --device cuda --steps 5
train bf16 --device cuda --precision bf16 --steps 5
paste -d, <(cut -d, -f2 "$work/cpu/metrics.csv") <(cut -d, -f2 "$work/cuda/metrics.csv") <(cut -d, -f2 "$work/bf16/metrics.csv") |
  awk -F, 'function off(a, b) { return (a - b)^2 }
    NR > 1 { print "step " NR - 1 ": CPU " $1 " dB, GPU " $2 " dB, bf16 " $3 " dB"; bad = bad || off($1, $2) > 0.05^2 || off($1, $3) > 0.5^2 }
    END { exit bad }'

# ── several GPUs: the same curve by NCCL and through the host, and what the sums cost ──

gpus=$(nvidia-smi --list-gpus | wc --lines)
if ((gpus > 1)); then
  for by in nccl mpi; do
    mpirun -n 2 "$program" train "$work/data" -o "$work/$by" --validate-every 0 --device cuda --steps 40 --all-reduce "$by" --log-every 5s
  done
  paste -d, <(cut -d, -f2 "$work/cpu/metrics.csv") <(cut -d, -f2 "$work/nccl/metrics.csv") <(cut -d, -f2 "$work/mpi/metrics.csv") |
    head --lines=6 |
    awk -F, 'function off(a, b) { return (a - b)^2 }
      NR > 1 { print "step " NR - 1 ": one CPU " $1 " dB, two GPUs by NCCL " $2 " dB, by MPI " $3 " dB"
               bad = bad || off($1, $2) > 0.05^2 || off($1, $3) > 0.05^2 }
      END { exit bad }'
else
  echo "one GPU: sums over several were not tried"
fi

train large --config "$configs/train_large.toml" --device cuda --batch 6 --steps 60 --log-every 5s
