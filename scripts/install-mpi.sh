#!/usr/bin/env bash
# Installs Open MPI (Debian's and Ubuntu's own packages: mpirun and libmpi.so.40), which runs of several processes and their tests use.
set -euo pipefail
if command -v mpirun >/dev/null; then mpirun --version | head -n 1; exit 0; fi
command -v apt-get >/dev/null || { echo "Install Open MPI 4 or 5 (mpirun and libmpi.so.40)."; exit 1; }
sudo=""; [ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends openmpi-bin openssh-client >/dev/null
mpirun --version | head -n 1
