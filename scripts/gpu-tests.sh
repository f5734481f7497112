#!/usr/bin/env bash
# Runs the tests of graphics devices where OpenCL is: in a Debian 13 folder with pocl 6 (Debian 12's pocl 3 is refused by ILGPU), made with
# debootstrap from the mirror that apt already uses. Needs root, network, and the tests built (dotnet build -c Release).
# A machine that cannot have the folder is told why, and the tests that need OpenCL are not run: exit code 0.
# Usage: scripts/gpu-tests.sh [FOLDER]     the folder is kept (default /var/tmp/deliberate-pocl)
set -uo pipefail
cd "$(dirname "$0")/.."
dir=${1:-/var/tmp/deliberate-pocl}
skip() { echo "Skipped the OpenCL tests: $*"; exit 0; }

tests=tests/Deliberate.Tensors.Tests/bin/Release/net10.0
[ -x "$tests/Deliberate.Tensors.Tests" ] || { echo "The tests are not built: dotnet build -c Release tests/Deliberate.Tensors.Tests"; exit 2; }
[ "$(id -u)" -eq 0 ] || skip "making and entering a Debian 13 folder needs root."
if [ ! -f "$dir/.complete" ]; then
  command -v debootstrap >/dev/null || { apt-get update -qq >/dev/null 2>&1; apt-get install -y -qq debootstrap >/dev/null 2>&1; }
  command -v debootstrap >/dev/null || skip "debootstrap is not installed and could not be."
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1)
  timeout 200 debootstrap --variant=minbase --include=pocl-opencl-icd,ocl-icd-libopencl1,libstdc++6 trixie "$dir" "${mirror:-http://deb.debian.org/debian/}" >"$dir.log" 2>&1 \
    || skip "debootstrap failed; its last line, of $dir.log: $(tail -n 1 "$dir.log" 2>/dev/null)"
  touch "$dir/.complete"
fi

# Where the runtime is: `dotnet` itself may be a script or a link.
dotnet=$(dotnet --list-runtimes | sed -n 's|^Microsoft.NETCore.App .*\[\(.*\)/shared/Microsoft.NETCore.App\]$|\1|p' | tail -n 1)
mkdir -p "$dir/dotnet" "$dir/tests"
command -v unshare >/dev/null || skip "unshare (util-linux) is missing."
# Mounts of a namespace of their own: they are gone with the process, whatever happens to it.
unshare --mount mount --bind "$tests" "$dir/tests" 2>/dev/null || skip "this machine lets nobody mount (a container without the right to)."
unshare --mount sh -c '
  set -e
  for d in proc sys dev; do mount --rbind "/$d" "$1/$d"; done
  mount --bind "$2" "$1/dotnet"
  mount --bind "$3" "$1/tests"
  exec chroot "$1" /usr/bin/env DOTNET_ROOT=/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DELIBERATE_REQUIRE_OPENCL=1 POCL_CACHE_DIR=/tmp/pocl \
    timeout 200 /tests/Deliberate.Tensors.Tests --filter-class "*Gpu*" --no-progress --no-ansi
' sh "$dir" "$dotnet" "$(readlink -f "$tests")"
