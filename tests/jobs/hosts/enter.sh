#!/usr/bin/env bash
# enter.sh HOST COMMAND…: runs the command on one of up.sh's hosts, as ssh would. VEERY_HOSTS: up.sh's folder.
set -euo pipefail
while [[ ${1-} == -* ]]; do shift; done # ssh's options
host=$1
shift
# Open MPI names its shared memory and its sockets by host, and two hosts on one machine would overwrite each other's.
# shellcheck disable=SC2016
exec ip netns exec "$host" unshare --uts --mount --propagation private bash -c '
  hostname "$1" && mount --bind "$2/addresses" /etc/hosts && mount -t tmpfs -o size=256m tmpfs /dev/shm &&
    export TMPDIR="$2/tmp/$1" && shift 2 && exec bash -c "$*"
' enter "$host" "${VEERY_HOSTS:?up.sh says}" "$@"
