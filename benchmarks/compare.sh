#!/usr/bin/env bash
# Our engine and PyTorch 2.6 at the same works in turn, A B A B, on this machine: training, sampling, a step of GRPO, optimizers.
# Prints each ratio's minimum, median and maximum, with processor time and memory, and writes them as JSON.
# Usage: benchmarks/compare.sh [--quick] [--pairs N] [--peers FOLDER] [--torch FOLDER] [--json FILE] [--write-docs PAGE] [ROW...]
#   --quick        one pair and fewer steps: a look, not a measurement
#   --pairs N      pairs of runs a row (5)
#   --peers        folder of the peer's setup.sh and run.sh (../shared/peers/torch)
#   --torch        where Debian's PyTorch is or will be put (/var/tmp/torch26); needs root for chroot
#   --json         where the figures go (runs/compare.json)
#   --write-docs   puts the table between the marks of a page, as in docs/performance.md; with ROWs, only their rows
#   ROW            only the works whose names contain it, as in: "sample S" grpo
# Ends with 1 where a row misses its target.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=../shared/peers/torch; torch=/var/tmp/torch26; pairs=5; quick=false; json=runs/compare.json; page=""; rows=()
while (($#)); do
  case $1 in
    --quick) quick=true; pairs=1 ;;
    --pairs) pairs=$2; shift ;;
    --peers) peers=$2; shift ;;
    --torch) torch=$2; shift ;;
    --json) json=$2; shift ;;
    --write-docs) page=$2; shift ;;
    -h|--help) sed -n '2,14p' benchmarks/compare.sh; exit 0 ;;
    -*) echo "compare.sh: there is no option $1; see --help." >&2; exit 2 ;;
    *) rows+=("$1") ;;
  esac
  shift
done
sh "$peers/setup.sh" "$torch"
dotnet build -c Release -v q benchmarks/Deliberate.Benchmarks >/dev/null
mkdir -p "$(dirname "$json")"
exec ./benchmarks/Deliberate.Benchmarks/bin/Release/net10.0/Deliberate.Benchmarks compare "$peers" "$torch" "$pairs" "$quick" "$json" "$page" ${rows[@]+"${rows[@]}"}
