#!/usr/bin/env bash
# up.sh FOLDER PORT: a Slurm of two nodes on this machine, all its state and its daemons' pids in FOLDER.
#
# Listens at 127.0.0.1 alone: the controller at PORT, the nodes at the next two. `. FOLDER/environment` shows it to
# sbatch and srun, down.sh ends it. Needs root, for the nodes' namespaces, and Debian's slurm-wlm,
# slurm-wlm-basic-plugins and munge.
set -euo pipefail
folder=$1 port=$2
nodes=2 cores=4
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

die() {
  printf 'up.sh: %s\n' "$*" >&2
  exit 1
}

# await FILE: until it has something in it.
await() {
  for _ in $(seq 300); do
    [[ ! -s $1 ]] || return 0
    sleep 0.1
  done
  die "no $1: $(tail -n 5 "$folder"/log/* 2>&1)"
}

write_configuration() {
  local host node device
  host=$(hostname -s)
  {
    # Plugins without cgroups, which a container may not have; a folder of its own for each node's temporary files,
    # because the PMIx plugins of two nodes would take each other's; more cores than the machine has.
    cat << END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/log/slurmctld
SlurmdLogFile=$folder/log/slurmd-%n
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
TmpFS=$folder/tmp/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=pmix
PropagateResourceLimits=NONE
ReturnToService=2
SchedulerParameters=batch_sched_delay=1,sched_min_interval=500000,bf_interval=5
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
GresTypes=gpu
KillWait=10
MinJobAge=3600
END
    for ((node = 1; node <= nodes; node++)); do
      echo "NodeName=node$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + node)) CPUs=$cores Gres=gpu:$cores"
    done
    echo "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP"
  } > "$folder/slurm.conf"
  # Slurm counts GPUs by their device files and asks no more of them.
  {
    echo AutoDetect=off
    for device in null zero full random; do echo "NodeName=node[1-$nodes] Name=gpu File=/dev/$device"; done
  } > "$folder/gres.conf"
  : > "$folder/cgroup.conf"
  printf '127.0.0.1 localhost %s node1 node2\n' "$host" > "$folder/hosts"
  cat << END > "$folder/environment"
export SLURM_CONF=$folder/slurm.conf
export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
END
}

start_munge() {
  chmod 700 "$folder/munge"
  head -c 1024 /dev/urandom > "$folder/munge/key"
  chmod 400 "$folder/munge/key"
  munged --force --socket="$folder/munge.socket" --key-file="$folder/munge/key" --pid-file="$folder/munged.pid" \
    --log-file="$folder/log/munged" --seed-file="$folder/munge/seed" 2> "$folder/log/munged.said"
  await "$folder/munged.pid"
}

# A node's name and /dev/shm are its own: Open MPI names its shared memory by host, and two nodes on one would overwrite
# each other's.
start_node() {
  mkdir -p "$folder/spool/$1" "$folder/tmp/$1"
  # shellcheck disable=SC2016
  unshare --uts --mount --propagation private bash -c '
    hostname "$1" && mount -t tmpfs -o size=256m tmpfs /dev/shm && mount --bind "$2/hosts" /etc/hosts &&
      exec slurmd -N "$1"
  ' node "$1" "$folder" > "$folder/log/slurmd-$1.said" 2>&1
  await "$folder/slurmd-$1.pid"
}

main() {
  local node
  mkdir -p "$folder"/{munge,state,spool,log,tmp}
  write_configuration
  trap '"$here/down.sh" "$folder"' EXIT # no half of it stays behind
  start_munge
  # shellcheck source=/dev/null
  . "$folder/environment"
  slurmctld > "$folder/log/slurmctld.said" 2>&1
  await "$folder/slurmctld.pid"
  for ((node = 1; node <= nodes; node++)); do start_node "node$node"; done
  for _ in $(seq 300); do
    if [[ $(sinfo --noheader --states=idle --format=%D 2> /dev/null) == "$nodes" ]]; then
      trap - EXIT
      return
    fi
    sleep 0.2
  done
  die "the nodes do not become idle"
}

main
