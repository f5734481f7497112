#!/usr/bin/env bash
# Runs the tests of graphics devices where OpenCL is: in a Debian 13 folder with pocl 6 (Debian 12's pocl 3 is refused by ILGPU), made with
# debootstrap from the mirror that apt already uses. Then a whole run of a tiny model, a search with it and its replay there.
# Needs root, network, and all built (dotnet build -c Release).
# A machine that cannot have the folder is told why, and the tests that need OpenCL are not run: exit code 0.
# Usage: scripts/gpu-tests.sh [FOLDER]     the folder is kept (default /var/tmp/deliberate-pocl)
set -uo pipefail
cd "$(dirname "$0")/.."
dir=${1:-/var/tmp/deliberate-pocl}
skip() { echo "Skipped the OpenCL tests: $*"; exit 0; }

tests=tests/Deliberate.Tensors.Tests/bin/Release/net10.0
program=src/Deliberate.Cli/bin/Release/net10.0
[ -x "$tests/Deliberate.Tensors.Tests" ] && [ -x "$program/deliberate" ] || { echo "Tests and program are not built: dotnet build -c Release"; exit 2; }
[ "$(id -u)" -eq 0 ] || skip "making and entering a Debian 13 folder needs root."
if [ ! -f "$dir/.complete" ]; then
  command -v debootstrap >/dev/null || { apt-get update -qq >/dev/null 2>&1; apt-get install -y -qq debootstrap >/dev/null 2>&1; }
  command -v debootstrap >/dev/null || skip "debootstrap is not installed and could not be."
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1)
  # What a try that was broken off has left would stop this one. Nothing is mounted in it: mounts are of a namespace that is gone.
  [ ! -d "$dir/debootstrap" ] || rm -rf "$dir"
  timeout 200 debootstrap --variant=minbase --include=pocl-opencl-icd,ocl-icd-libopencl1,libstdc++6 trixie "$dir" "${mirror:-http://deb.debian.org/debian/}" >"$dir.log" 2>&1 \
    || skip "debootstrap failed; its last line, of $dir.log: $(tail -n 1 "$dir.log" 2>/dev/null)"
  touch "$dir/.complete"
fi

# Where the runtime is: `dotnet` itself may be a script or a link.
dotnet=$(dotnet --list-runtimes | sed -n 's|^Microsoft.NETCore.App .*\[\(.*\)/shared/Microsoft.NETCore.App\]$|\1|p' | tail -n 1)
mkdir -p "$dir/dotnet" "$dir/tests" "$dir/program"
command -v unshare >/dev/null || skip "unshare (util-linux) is missing."
# Mounts of a namespace of their own: they are gone with the process, whatever happens to it.
unshare --mount mount --bind "$tests" "$dir/tests" 2>/dev/null || skip "this machine lets nobody mount (a container without the right to)."
# Imitation, then reinforcement learning, of whose two updates a step the card makes the second one's gradient, and whose sampler must be its trainer to the last bit (rl/sampler_mismatch 0 in every step).
cat > "$dir/opencl.yaml" <<'RECIPE'
name: opencl
device: gpu:opencl
family: { name: arithmetic-mod10, levels: [2] }
model: { hidden: 32, layers: 2, heads: 2, intermediate: 64 }
supervised: { tokens: 400_000, batch_tokens: 2000 }
reinforcement: { steps: 3, prompts: 8, samples: 8, max_tokens: 24, iterations: 2, options: { kl_coefficient: 0.02 } }
evaluation: { problems: 8, max_tokens: 24, every: 0 }
RECIPE
cat > "$dir/run.sh" <<'RUN'
set -e
export HOME=/tmp
cd "$(mktemp -d)"
/program/deliberate train /opencl.yaml
/program/deliberate search runs/opencl --scorer exact --method best-of-n,beam --n 4 --problems 4 --max-tokens 24 --device gpu:opencl
mismatches=$(grep -o '"rl/sampler_mismatch":[^,}]*' runs/opencl/metrics.jsonl | cut -d: -f2 | sort -u | tr '\n' ' ')
[ "$mismatches" = "0 " ] || { echo "On OpenCL the sampler is not the trainer: rl/sampler_mismatch is $mismatches"; exit 1; }
echo "A whole run on OpenCL: sampler and trainer agree to the last bit in every step."
RUN
unshare --mount sh -c '
  set -e
  for d in proc sys dev; do mount --rbind "/$d" "$1/$d"; done
  mount --bind "$2" "$1/dotnet"
  mount --bind "$3" "$1/tests"
  mount --bind "$4" "$1/program"
  exec chroot "$1" /usr/bin/env DOTNET_ROOT=/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DELIBERATE_REQUIRE_OPENCL=1 POCL_CACHE_DIR=/tmp/pocl \
    sh -c "timeout 200 /tests/Deliberate.Tensors.Tests --filter-class \"*Gpu*\" --no-progress --no-ansi && timeout 200 sh /run.sh"
' sh "$dir" "$dotnet" "$(readlink -f "$tests")" "$(readlink -f "$program")"
