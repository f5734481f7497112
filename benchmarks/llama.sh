#!/usr/bin/env bash
# A pretrained model (SmolLM2-135M) with our engine and in llama.cpp, in turn, A B A B, on this machine, from its Q4_1 file, from a Q8_0 file and
# from an F32 file made of it. Ours holds the first as F32, which is what its blocks say, and as Q8_0, which rounds them; llama.cpp computes
# with the blocks and rounds activations to 8 bits. Prints the ratios, by the clock and, where both say it, by processor time.
# Usage: benchmarks/llama.sh [MODEL] [PAIRS] [THREADS] [WORKS] [ROWS]
#   WORKS  "prefill:512 decode:1" (the engines alone; decode:N for N sequences at once), or
#          "streams:1:128 streams:8:64 streams:32:32": N streams of so many tokens through deliberate serve, beside as many in one batch of llama.cpp,
#          without a server, since its library brings none; prompts are counted on both sides
#   ROWS   "Q4_1:F32 Q4_1:Q8_0 Q8_0:Q8_0 F32:F32": the type of the file, and how ours holds it
#   BUILT=1 takes the programs as they were built before.
set -euo pipefail
cd "$(dirname "$0")/.."
model=${1:-../shared/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf}; pairs=${2:-5}; threads=${3:-2}
works=${4:-prefill:512 decode:1}; rows=${5:-Q4_1:F32 Q4_1:Q8_0 Q8_0:Q8_0 F32:F32}
if [ -z "${BUILT:-}" ]; then
  for project in benchmarks/Deliberate.Benchmarks src/Deliberate.Cli benchmarks/peers/llama; do dotnet build -c Release -v q "$project" >/dev/null; done
fi
files=$(mktemp -d); trap 'rm -rf "$files"' EXIT
ln -s "$(realpath "$model")" "$files/Q4_1.gguf"
for type in Q8_0 F32; do
  [[ " $rows" != *" $type:"* ]] || src/Deliberate.Cli/bin/Release/net10.0/deliberate model convert "$model" "$files/$type.gguf" --type "${type,,}" >/dev/null 2>&1
done
# WORK FILE STORAGE SIZE TOKENS
ours() {
  local program=./benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks
  if [ "$1" = streams ]; then "$program" serve-streams "$2" "$4" 1 "$3" "$threads" "$5"; else "$program" "$1" "$2" "$3" "$4" "$threads" 3; fi
}
theirs() { ./benchmarks/peers/llama/bin/Release/net10.0/llama "$1" "$2" "$4" "$threads" ${5:+"$5"}; }
speed() { line=$(grep 'tok/s' | head -1); echo "$line" >&2; grep -oE '[0-9.]+ tok/(s|processor)' <<< "$line" | grep -o '^[0-9.]*' | tr '\n' ' '; }
# NAME RATIO...
ratio() { local name=$1; shift; printf '%s\n' "$@" | sort -n | awk -v s="$name" '{ r[NR] = $1 } END { printf "%s: ratio min %s median %s max %s\n", s, r[1], r[int((NR + 1) / 2)], r[NR] }'; }
for row in $rows; do
  IFS=: read -r type storage <<< "$row"
  for work in $works; do
    IFS=: read -r what size tokens <<< "$work"; clock=(); busy=()
    for _ in $(seq "$pairs"); do
      read -r a ap <<< "$(ours "$what" "$files/$type.gguf" "$storage" "$size" "$tokens" | speed)"; read -r b bp <<< "$(theirs "$what" "$files/$type.gguf" "$storage" "$size" "$tokens" | speed)"
      clock+=("$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')")
      [ -z "$ap" ] || busy+=("$(awk -v a="$ap" -v b="$bp" 'BEGIN { printf "%.3f", a / b }')")
    done
    ratio "$work, $type, ours held as $storage / llama.cpp" "${clock[@]}"
    [ ${#busy[@]} -eq 0 ] || ratio "$work, $type, ours held as $storage / llama.cpp, by processor time" "${busy[@]}"
  done
done
