#!/usr/bin/env bash
# A pretrained model (SmolLM2-135M) with our engine and in llama.cpp, in turn, A B A B, on this machine: prefill of 512 tokens and decoding,
# from its Q4_1 file, from a Q8_0 file and from an F32 file made of it. Ours holds the first as F32, which is what its blocks say, and as
# Q8_0, which rounds them; llama.cpp computes with the blocks and rounds activations to 8 bits. Prints the ratios.
# Usage: benchmarks/llama.sh [MODEL] [PAIRS] [THREADS]
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-../shared/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf}; pairs=${2:-5}; threads=${3:-2}
dotnet build -c Release -v q benchmarks/Deliberate.Benchmarks >/dev/null
dotnet build -c Release -v q src/Deliberate.Cli >/dev/null
dotnet build -c Release -v q benchmarks/peers/llama >/dev/null
files=$(mktemp -d); trap 'rm -rf "$files"' EXIT
for type in q8_0 f32; do src/Deliberate.Cli/bin/Release/net10.0/deliberate model convert "$model" "$files/$type.gguf" --type $type >/dev/null 2>&1; done
ours() { ./benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks "$1" "$2" "$3" "$4" "$threads" 3; }
theirs() { ./benchmarks/peers/llama/bin/Release/net10.0/llama "$1" "$2" "$3" "$threads"; }
speed() { line=$(grep 'tok/s' | head -1); echo "$line" >&2; grep -o '[0-9.]* tok/s' <<< "$line" | grep -o '[0-9.]*'; }
for row in "Q4_1 $model F32" "Q4_1 $model Q8_0" "Q8_0 $files/q8_0.gguf Q8_0" "F32 $files/f32.gguf F32"; do
  read -r type file storage <<< "$row"
  for work in "prefill 512" "decode 1"; do
    read -r what size <<< "$work"; ratios=()
    for _ in $(seq "$pairs"); do
      a=$(ours "$what" "$file" "$storage" "$size" | speed); b=$(theirs "$what" "$file" "$size" | speed)
      ratios+=("$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')")
    done
    printf '%s\n' "${ratios[@]}" | sort -n | awk -v s="$work, $type, ours held as $storage / llama.cpp" '{ r[NR] = $1 } END { printf "%s: ratio min %s median %s max %s\n", s, r[1], r[int((NR + 1) / 2)], r[NR] }'
  done
done
