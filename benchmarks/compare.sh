#!/usr/bin/env bash
# Our engine, PyTorch 2.6 and libtorch 2.10 at the same works in turn, A B C A B C, on this machine: training, sampling, a step of GRPO,
# optimizers, and SmolLM2-135M's steps, prefill and decoding. The ratio to the better peer decides; a peer that cannot be set up is
# missing in its rows, and the rest runs. Prints ratios by the clock and by processor time, with memory, and writes them as JSON.
# Usage: benchmarks/compare.sh [--quick] [--pairs N] [--threads N] [--peers FOLDER] [--root FOLDER] [--model FILE] [--json FILE] [--write-docs PAGE] [ROW...]
#   --quick        one round and fewer steps: a look, not a measurement
#   --pairs N      rounds a row (5)
#   --threads N    of every side (2); 1 says most on a machine that does much else
#   --peers        folder of the peers' sources, torch/ and libtorch/ (../shared/peers)
#   --root         where they are or will be put, 4 GB (/var/tmp/torch26); needs root for chroot, and the .NET SDK
#   --model        SmolLM2-135M's file (../shared/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf)
#   --json         where the figures go (runs/compare.json)
#   --write-docs   puts the table between the marks of a page, as in docs/performance.md; with ROWs, only their rows
#   ROW            only the works whose names contain it, as in: "sample S" grpo SmolLM2
# Ends with 1 where a row misses its target, with 3 where none does but a row had no peer.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=../shared/peers; root=/var/tmp/torch26; model=../shared/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf
pairs=5; threads=2; quick=false; json=runs/compare.json; page=""; rows=()
while (($#)); do
  case $1 in
    --quick) quick=true; pairs=1 ;;
    --pairs) pairs=$2; shift ;;
    --threads) threads=$2; shift ;;
    --peers) peers=$2; shift ;;
    --root) root=$2; shift ;;
    --model) model=$2; shift ;;
    --json) json=$2; shift ;;
    --write-docs) page=$2; shift ;;
    -h|--help) sed -n '2,16p' benchmarks/compare.sh; exit 0 ;;
    -*) echo "compare.sh: there is no option $1; see --help." >&2; exit 2 ;;
    *) rows+=("$1") ;;
  esac
  shift
done
program=benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks
dotnet build -c Release -v q benchmarks/Deliberate.Benchmarks >/dev/null
# The peers read the same weights.
if [ -f "$model" ]; then
  if [ ! -e "$root/peer/weights.txt" ]; then
    mkdir -p "$root/peer"
    "$program" export "$model" "$root/peer/weights.f32" > "$root/peer/weights.new" && mv "$root/peer/weights.new" "$root/peer/weights.txt"
  fi
else
  echo "compare.sh: there is no $model: without SmolLM2's prefill and decoding." >&2; model=""
fi
mkdir -p "$(dirname "$json")"
exec "$program" compare benchmarks/peers "$root" "$peers" "$pairs" "$threads" "$quick" "$model" "$json" "$page" ${rows[@]+"${rows[@]}"}
