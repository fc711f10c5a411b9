#!/usr/bin/env bash
# What can be checked only where there is a GPU: parity with the CPU in every precision, memory that runs out, and
# the real-time factor. Builds nothing.
#
# usage: VEERY_TEST_SEPARATION=build/release/bin/test_separation VEERY_PROGRAM=build/release/bin/veery tests/gpu/run.sh
set -euo pipefail

tests=${VEERY_TEST_SEPARATION:?the built test_separation}
program=${VEERY_PROGRAM:?the built veery}

nvidia-smi --query-gpu=index,name,memory.total,driver_version --format=csv
"$program" --version

log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$tests" --gtest_filter='Gpu.*:Device.*' | tee "$log"
# Without a usable GPU each case would skip itself, and nothing would have been checked.
if grep --quiet 'SKIPPED.*Gpu\.' "$log"; then
  echo "tests/gpu/run.sh: no GPU could be used, see the reason above" >&2
  exit 1
fi
