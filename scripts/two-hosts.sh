#!/usr/bin/env bash
# Runs one training as two hosts: two network namespaces of this machine with a slow line between, each with a rank of its own, and holds its
# final weights against those of two ranks without a network between. Needs root, Open MPI (scripts/install-mpi.sh) and iproute2.
#   scripts/two-hosts.sh RECIPE [RATE] [DELAY] [-- OPTIONS OF deliberate train]       # 100mbit and 5ms if left out
# DELIBERATE names the program: "deliberate" if left out. LINE=relay makes the line by scripts/slow-line.py even where the kernel could (netem).
set -euo pipefail
recipe=$(realpath "${1:?name a recipe}"); shift
rate=100mbit; delay=5ms
if [ $# -gt 0 ] && [ "$1" != -- ]; then rate=$1; shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then delay=$1; shift; fi
if [ "${1:-}" = -- ]; then shift; fi
program=${DELIBERATE:-deliberate}
[ "$(id -u)" -eq 0 ] || { echo "Namespaces need root."; exit 1; }
for tool in ip tc mpirun; do command -v $tool >/dev/null || { echo "$tool is missing."; exit 1; }; done
work=$(mktemp -d); one=delib1-$$; two=delib2-$$
relay=
clean() { [ -z "$relay" ] || kill "$relay" 2>/dev/null || true; ip netns del "$one" 2>/dev/null || true; ip netns del "$two" 2>/dev/null || true; rm -rf "$work"; }
trap clean EXIT
ip netns add "$one"; ip netns add "$two"
ip -n "$one" link set lo up; ip -n "$two" link set lo up
# By the kernel where it can hold packets back (netem); else every packet goes through a program that does.
ip link add line netns "$one" type veth peer name line netns "$two"
if [ "${LINE:-}" != relay ] && tc -n "$one" qdisc add dev line root netem delay "$delay" rate "$rate" 2>/dev/null; then
  tc -n "$two" qdisc add dev line root netem delay "$delay" rate "$rate"
  ip -n "$one" addr add 10.91.0.1/24 dev line; ip -n "$two" addr add 10.91.0.2/24 dev line
  ip -n "$one" link set line up; ip -n "$two" link set line up
  how="by the kernel's netem"
else
  ip -n "$one" link del line
  [ -c /dev/net/tun ] || { echo "The kernel has no netem, and there is no /dev/net/tun: the line cannot be made slow."; exit 1; }
  python3 "$(dirname "$0")/slow-line.py" "$one" 10.91.0.1/24 "$two" 10.91.0.2/24 "$rate" "$delay" >"$work/line" & relay=$!
  for _ in $(seq 100); do grep -q ready "$work/line" && break; kill -0 "$relay" || exit 1; sleep 0.1; done
  how="by scripts/slow-line.py"
fi
# What mpirun calls to start its other half: there is no ssh between the two, and each has a name of its own.
cat >"$work/agent" <<A
#!/usr/bin/env bash
shift
exec ip netns exec $two unshare --uts bash -c 'hostname host2; exec bash -c "\$0"' "\$*"
A
chmod +x "$work/agent"
common=(--allow-run-as-root --bind-to none --mca btl tcp,self --mca pml ob1 -x DELIBERATE_MPI_TIMEOUT_S=300)
echo "Two hosts, a line of $rate each way and $delay, $how:"
start=$(date +%s.%N)
ip netns exec "$one" unshare --uts bash -c 'hostname host1; exec "$@"' - mpirun -n 2 -H 10.91.0.1:1,10.91.0.2:1 "${common[@]}" --mca plm_rsh_agent "$work/agent" --mca btl_tcp_if_include 10.91.0.0/24 --mca oob_tcp_if_include 10.91.0.0/24 \
  bash -c "cd '$work' && exec $program train '$recipe' --output '$work/far' --threads 1 $*" 2>&1 | tail -n 5
far=$(date +%s.%N)
mpirun -n 2 "${common[@]}" bash -c "cd '$work' && exec $program train '$recipe' --output '$work/near' --threads 1 $*" 2>&1 | tail -n 3
near=$(date +%s.%N)
if [ -n "$relay" ]; then kill "$relay"; wait "$relay" || true; grep ^line: "$work/line"; relay=
else echo "line: $(ip -n "$one" -s link show line | tail -n 3 | tr '\n' ' ')"; fi
awk -v s="$start" -v f="$far" -v n="$near" 'BEGIN { printf "Seconds: %.1f as two hosts, %.1f without a network.\n", f - s, n - f }'
for run in far near; do
  [ -d "$work/$run/checkpoints/final" ] || { echo "The run $run did not end."; exit 1; }
  awk -v run=$run -F'[,:{}]' '{ for (i = 1; i < NF; i++) { if ($i ~ /^"(sft|rl)\/seconds"$/) { seconds += $(i + 1); steps++ } if ($i ~ /waited_share\/0/) { sum += $(i + 1); n++ } } } END { if (n) printf "%s: %.3f s a step, of which rank 0 waited %.0f%%.\n", run, seconds / steps, 100 * sum / n }' "$work/$run/timings.jsonl"
done
if cmp -s "$work"/far/checkpoints/final/*model.safetensors "$work"/near/checkpoints/final/*model.safetensors; then echo "The same bits."; else echo "The weights differ."; exit 1; fi
