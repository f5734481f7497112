#!/usr/bin/env bash
# Runs one training as two hosts: two network namespaces of this machine with a slow line between, each with a rank of its own, and holds its
# final weights against those of two ranks without a network between. Needs root, Open MPI (scripts/install-mpi.sh) and iproute2.
#   scripts/two-hosts.sh RECIPE [RATE] [DELAY] [-- OPTIONS OF deliberate train]       # 100mbit and 5ms if left out
# DELIBERATE names the program: "deliberate" if left out.
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
clean() { ip netns del "$one" 2>/dev/null || true; ip netns del "$two" 2>/dev/null || true; rm -rf "$work"; }
trap clean EXIT
ip netns add "$one"; ip netns add "$two"
ip link add line1 netns "$one" type veth peer name line2 netns "$two"
ip -n "$one" addr add 10.91.0.1/24 dev line1; ip -n "$two" addr add 10.91.0.2/24 dev line2
for side in "$one line1" "$two line2"; do
  set -- $side "$@"
  ip -n "$1" link set lo up; ip -n "$1" link set "$2" up
  if ! tc -n "$1" qdisc add dev "$2" root netem delay "$delay" rate "$rate" 2>/dev/null; then
    tc -n "$1" qdisc add dev "$2" root tbf rate "$rate" burst 32kb latency 500ms || { echo "The kernel has neither netem nor tbf: the line cannot be made slow."; exit 1; }
    delay="no delay (the kernel has no netem)"
  fi
  shift 2
done
# What mpirun calls to start its other half: there is no ssh between the two, and each has a name of its own.
cat >"$work/agent" <<A
#!/usr/bin/env bash
shift
exec ip netns exec $two unshare --uts bash -c 'hostname host2; exec bash -c "\$0"' "\$*"
A
chmod +x "$work/agent"
common=(--allow-run-as-root --bind-to none --mca btl tcp,self --mca pml ob1 -x DELIBERATE_MPI_TIMEOUT_S=300)
echo "Two hosts, a line of $rate each way and $delay:"
start=$(date +%s.%N)
ip netns exec "$one" unshare --uts bash -c 'hostname host1; exec "$@"' - mpirun -n 2 -H 10.91.0.1:1,10.91.0.2:1 "${common[@]}" --mca plm_rsh_agent "$work/agent" --mca btl_tcp_if_include 10.91.0.0/24 --mca oob_tcp_if_include 10.91.0.0/24 \
  bash -c "cd '$work' && exec $program train '$recipe' --output '$work/far' --threads 1 $*" 2>&1 | tail -n 5
far=$(date +%s.%N)
mpirun -n 2 "${common[@]}" bash -c "cd '$work' && exec $program train '$recipe' --output '$work/near' --threads 1 $*" 2>&1 | tail -n 3
near=$(date +%s.%N)
echo "Bytes over the line: $(ip -n "$one" -s -j link show line1 | python3 -c 'import json,sys; s=json.load(sys.stdin)[0]["stats64"]; print(s["tx"]["bytes"], "out,", s["rx"]["bytes"], "in")' 2>/dev/null || ip -n "$one" -s link show line1 | tail -n 3 | tr '\n' ' ')"
awk -v s="$start" -v f="$far" -v n="$near" 'BEGIN { printf "Seconds: %.1f as two hosts, %.1f without a network.\n", f - s, n - f }'
for run in far near; do
  [ -d "$work/$run/checkpoints/final" ] || { echo "The run $run did not end."; exit 1; }
  awk -v run=$run -F'[,:{}]' '{ for (i = 1; i < NF; i++) if ($i ~ /waited_share\/0/) { sum += $(i + 1); n++ } } END { if (n) printf "%s: rank 0 waited %.0f%% of its steps.\n", run, 100 * sum / n }' "$work/$run/timings.jsonl"
done
if cmp -s "$work"/far/checkpoints/final/*model.safetensors "$work"/near/checkpoints/final/*model.safetensors; then echo "The same bits."; else echo "The weights differ."; exit 1; fi
