#!/usr/bin/env bash
# down.sh FOLDER: ends what runs on the hosts that up.sh made, and removes them.
set -uo pipefail
folder=$1
bridge=$(< "$folder/bridge")

while read -r host _; do
  ip netns pids "$host" 2> /dev/null | xargs --no-run-if-empty kill -KILL
  ip netns delete "$host" 2> /dev/null
done < "$folder/hosts"
# Connections that nobody closed keep a namespace, and so its end of a wire, for minutes.
for link in "$bridge-1" "$bridge-2" "$bridge"; do ip link delete "$link"; done 2> /dev/null
! compgen -G "/sys/class/net/$bridge*"
