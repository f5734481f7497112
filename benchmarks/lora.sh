#!/usr/bin/env bash
# LoRA training of SmolLM2-135M's shape (rank 16 on all linear layers, 2,048 tokens a step, random weights) with our engine and with
# libtorch 2.10 in turn, A B A B, on this machine. Prints each run, with its peak memory, and the ratio of tokens a second.
# Usage: benchmarks/lora.sh [PAIRS] [THREADS] [STORAGE] [MICRO] [PEERS] [TORCH]
#   PAIRS 5, THREADS 2; STORAGE of our base BF16 (F32, Q8_0), the peer's is F32
#   MICRO     tokens of the peer's micro-batch: 2048 (its fastest where there is memory for the logits), 1024, 512; ours has 512
#   PEERS     the folder with the peer's setup.sh (../shared/peers/torch)
#   TORCH     where its C library is or will be put (/var/tmp/torch26); needs root for chroot, and the .NET SDK
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-5}; threads=${2:-2}; storage=${3:-BF16}; micro=${4:-2048}; peers=${5:-../shared/peers/torch}; torch=${6:-/var/tmp/torch26}
sh "$peers/setup.sh" "$torch"
dotnet build -c Release -v q benchmarks/Deliberate.Benchmarks >/dev/null
# Outside the solution, whose settings are not the peer's.
build=$(mktemp -d); trap 'rm -rf "$build"' EXIT
cp benchmarks/peers/lora/* "$build"
(cd "$build" && dotnet publish -c Release -o "$torch/lora" >build.log 2>&1) || { tail -5 "$build/build.log"; exit 1; }
[ -x "$torch/dotnet/dotnet" ] || cp -a "$(dirname "$(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App [^ ]* \[\(.*\)\/Microsoft.NETCore.App\]$/\1/p' | tail -1)")" "$torch/dotnet"
ours() { ./benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks lora 135M "$storage" "$threads" 2048 512 3; }
# The peer's best settings: OpenMP on all threads, no malloc trimming. The runtime asks /proc for its memory.
theirs() {
  unshare -m sh -c 'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"' "$torch" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp DOTNET_ROOT=/dotnet LD_LIBRARY_PATH=/lora \
    OMP_NUM_THREADS="$threads" MALLOC_TOP_PAD_=4000000000 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 /dotnet/dotnet /lora/lora.dll 135M 2048 "$micro" 3 "$threads"
}
# Shows a run's line, with the processor time of the whole process, and gives its speed.
TIMEFORMAT='processor %U s'
speed() { line=$({ time "$1"; } 2>&1 | grep -E 'tok/s|processor' | tr '\n' ' '); echo "$line" >&2; grep -o '[0-9.]* tok/s' <<< "$line" | grep -o '[0-9.]*'; }
ratios=()
for _ in $(seq "$pairs"); do
  a=$(speed ours); b=$(speed theirs)
  ratios+=("$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')")
done
printf '%s\n' "${ratios[@]}" | sort -n | awk '{ r[NR] = $1 } END { printf "LoRA step, ours / libtorch: ratio min %s median %s max %s\n", r[1], r[int((NR + 1) / 2)], r[NR] }'
