#!/usr/bin/env bash
# Trains the shapes S and Q with our engine and with PyTorch in turn, A B A B, on this machine, and prints the ratios.
# Usage: benchmarks/compare.sh PEERS TORCH [PAIRS]: the folder of the PyTorch peer (setup.sh, run.sh) and where to put Debian's torch.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=${1:-../shared/peers/torch}; torch=${2:-/var/tmp/torch26}; pairs=${3:-5}
sh "$peers/setup.sh" "$torch"
dotnet build -c Release -v q benchmarks/Deliberate.Benchmarks >/dev/null
ours() { ./benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks "$@"; }
theirs() { (cd "$peers" && env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE sh ./run.sh "$torch" "$@" 2>/dev/null); }
speed() { grep -o '[0-9]* tok/s' | head -1 | grep -o '[0-9]*'; }
for shape in "S 256 64" "Q 64 48"; do
  ratios=()
  for _ in $(seq "$pairs"); do
    # shellcheck disable=SC2086
    a=$(ours train $shape 2 | speed); b=$(theirs train $shape 2 | speed)
    ratios+=("$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')")
    echo "train $shape: ours $a tok/s, PyTorch $b tok/s, ratio ${ratios[-1]}"
  done
  printf '%s\n' "${ratios[@]}" | sort -n | awk -v s="$shape" '{ r[NR] = $1 } END { printf "train %s ratio min %s median %s max %s\n", s, r[1], r[int((NR + 1) / 2)], r[NR] }'
done
