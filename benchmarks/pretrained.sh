#!/usr/bin/env bash
# A pretrained model (SmolLM2-135M) with our engine and with PyTorch on the same F32 weights in turn, A B A B, on this machine:
# prefill of 512 tokens, decoding at batch 1 and 16; then our own Q8_0 against our own F32. Prints the ratios.
# compare.sh has the first three rows beside libtorch too.
# Usage: benchmarks/pretrained.sh [MODEL] [PEERS] [TORCH] [PAIRS]: the GGUF file, the folder with the peer's setup.sh and where to put Debian's torch.
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-../shared/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf}
peers=${2:-../shared/peers/torch}; torch=${3:-/var/tmp/torch26}; pairs=${4:-5}
sh "$peers/setup.sh" "$torch"
dotnet build -c Release -v q benchmarks/Deliberate.Benchmarks >/dev/null
ours() { ./benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks "$@"; }
mkdir -p "$torch/peer"
cp benchmarks/peers/pretrained.py "$torch/peer/"
ours export "$model" "$torch/peer/weights.f32" > "$torch/peer/weights.txt"
# The peer's best settings, as in its own run.sh.
theirs() {
  env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_NUM_THREADS=2 MALLOC_TOP_PAD_=4000000000 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 \
    chroot "$torch" sh -c "cd /peer && exec python3 pretrained.py $*" 2>/dev/null
}
# Shows a run's line and gives its speed.
speed() { line=$(grep 'tok/s' | head -1); echo "$line" >&2; grep -o '[0-9.]* tok/s' <<< "$line" | grep -o '[0-9.]*'; }
summary() { printf '%s\n' "${ratios[@]}" | sort -n | awk -v s="$1" '{ r[NR] = $1 } END { printf "%s: ratio min %s median %s max %s\n", s, r[1], r[int((NR + 1) / 2)], r[NR] }'; }
for work in "prefill 512" "decode 1" "decode 16"; do
  read -r what size <<< "$work"; ratios=()
  for _ in $(seq "$pairs"); do
    a=$(ours "$what" "$model" F32 "$size" 2 | speed); b=$(theirs "$what" "$size" 2 | speed)
    ratios+=("$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')")
  done
  summary "$work, ours / PyTorch"
done
ratios=()
for _ in $(seq "$pairs"); do
  a=$(ours decode "$model" Q8_0 1 2 | speed); b=$(ours decode "$model" F32 1 2 | speed)
  ratios+=("$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')")
done
summary "decode 1, our Q8_0 / our F32"
