#!/usr/bin/env bash
# up.sh FOLDER NUMBER: two hosts on this machine, hostNUMBERa and hostNUMBERb, on a network of their own without a way out.
#
# They are network namespaces; enter.sh gives what runs in them a host's name, addresses and /dev/shm too, as ssh would.
# `. FOLDER/environment` has mpirun use them, with FOLDER/hosts as its host file. down.sh removes them. Needs root.
set -euo pipefail
folder=$1 number=$2
slots=2
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
network=10.99.$((number % 250))
bridge=veery$number

main() {
  local last=0 host
  mkdir -p "$folder/tmp"
  echo "$bridge" > "$folder/bridge"
  echo '127.0.0.1 localhost' > "$folder/addresses"
  : > "$folder/hosts"
  trap '"$here/down.sh" "$folder"' EXIT # no half of it stays behind
  ip link add "$bridge" type bridge
  ip address add "$network.254/24" dev "$bridge"
  ip link set "$bridge" up
  for host in "host${number}a" "host${number}b"; do
    last=$((last + 1))
    ip netns add "$host"
    ip link add "$bridge-$last" type veth peer name eth0 netns "$host"
    ip link set "$bridge-$last" master "$bridge" up
    ip -n "$host" address add "$network.$last/24" dev eth0
    ip -n "$host" link set lo up
    ip -n "$host" link set eth0 up
    echo "$host slots=$slots" >> "$folder/hosts"
    echo "$network.$last $host" >> "$folder/addresses"
    mkdir "$folder/tmp/$host"
  done
  # By rsh, not by whatever batch system is around. What the job scripts say in minutes is in seconds here: when a host
  # counts as gone.
  cat << END > "$folder/environment"
export VEERY_HOSTS=$folder
export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$here/enter.sh OMPI_MCA_orte_keep_fqdn_hostnames=1
export OMPI_MCA_btl_tcp_if_include=$network.0/24 OMPI_MCA_oob_tcp_if_include=$network.0/24
export OMPI_MCA_oob_tcp_keepalive_time=3 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
END
  trap - EXIT
}

main
