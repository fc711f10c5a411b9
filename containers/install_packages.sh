#!/bin/bash
# install_packages.sh openmpi|mpich: in the image, the Debian packages that build_program.sh found that veery needs, a launcher
# for runs within one container, and time zones.
set -euo pipefail
case $1 in
  openmpi) launcher=openmpi-bin ;; # a rank without a launcher starts a program of it, too
  mpich) launcher=mpich ;;
  *) printf 'install_packages.sh: openmpi or mpich, not %s\n' "$1" >&2; exit 2 ;;
esac
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mapfile -t packages < "$here/packages"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${packages[@]}" "$launcher" tzdata
rm -rf /var/lib/apt/lists/*
! ldd "$here/../bin/veery" | grep 'not found'
