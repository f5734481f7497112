#!/usr/bin/env bash
# LoRA training of SmolLM2-135M's shape (rank 16 on all linear layers, 2,048 tokens a step, random weights) with our engine and with
# libtorch 2.10 in turn, A B A B, on this machine. Prints each run, with its peak memory, and the ratio of tokens a second.
# compare.sh has this row with the settings that decide; here are the others.
# Usage: benchmarks/lora.sh [PAIRS] [THREADS] [STORAGE] [MICRO] [PEERS] [ROOT]
#   PAIRS 5, THREADS 2; STORAGE of our base BF16 (F32, Q8_0), the peer's is F32
#   MICRO     tokens of the peer's micro-batch: 2048 (its fastest where there is memory for the logits), 1024, 512; ours has 512
#   PEERS     the folder of the peers' sources (../shared/peers)
#   ROOT      where they are or will be put (/var/tmp/torch26); needs root for chroot, and the .NET SDK
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-5}; threads=${2:-2}; storage=${3:-BF16}; micro=${4:-2048}; peers=${5:-../shared/peers}; root=${6:-/var/tmp/torch26}
sh benchmarks/peers/setup.sh libtorch "$root" "$peers"
dotnet build -c Release -v q benchmarks/Deliberate.Benchmarks >/dev/null
ours() { ./benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks lora 135M "$storage" "$threads" 2048 512 3; }
theirs() { sh benchmarks/peers/run.sh libtorch "$root" "$peers" 3 lora 135M 2048 "$micro" "$threads"; }
# Shows a run's line, with the processor time of the whole process, and gives its speed. A run that fails ends everything, with its error.
TIMEFORMAT='processor %U s'
log=$(mktemp); trap 'rm -f "$log" "$log.err"' EXIT
speed() {
  { time "$1" > "$log"; } 2> "$log.err" || { cat "$log.err" >&2; exit 1; }
  echo "$(cat "$log") $(grep processor "$log.err")" >&2; rm -f "$log.err"
  sed -n 's|.* \([0-9.]*\) tok/s.*|\1|p' "$log"
}
ratios=()
for _ in $(seq "$pairs"); do
  a=$(speed ours); b=$(speed theirs)
  ratios+=("$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')")
done
printf '%s\n' "${ratios[@]}" | sort -n | awk '{ r[NR] = $1 } END { printf "LoRA step, ours / libtorch: ratio min %s median %s max %s\n", r[1], r[int((NR + 1) / 2)], r[NR] }'
