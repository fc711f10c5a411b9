#!/usr/bin/env bash
# down.sh FOLDER: ends the Slurm that up.sh started there, its jobs first; no other process.
set -uo pipefail
folder=$1

# By its environment, or, munged having another, by its command line.
is_ours() {
  grep --quiet --line-regexp --fixed-strings --regexp="--socket=$folder/munge.socket" \
    --regexp="SLURM_CONF=$folder/slurm.conf" <(tr '\0' '\n' < "/proc/$1/environ") <(tr '\0' '\n' < "/proc/$1/cmdline")
}

end_daemon() {
  local pid
  [[ -s $1 ]] && pid=$(< "$1") && [[ -d /proc/$pid ]] && is_ours "$pid" || return 0
  kill -TERM "$pid"
  for _ in $(seq 100); do
    [[ -d /proc/$pid ]] || return 0
    sleep 0.1
  done
  kill -KILL "$pid"
}

cancel_jobs() {
  timeout 10 scancel --state=PENDING
  timeout 10 scancel --full --signal=KILL --state=RUNNING
  for _ in $(seq 50); do
    [[ -n $(timeout 5 squeue --noheader) ]] || return 0
    sleep 0.2
  done
}

export SLURM_CONF=$folder/slurm.conf
[[ ! -s $folder/slurmctld.pid ]] || cancel_jobs > /dev/null 2>&1
for name in slurmd-node1 slurmd-node2 slurmctld munged; do end_daemon "$folder/$name.pid"; done
