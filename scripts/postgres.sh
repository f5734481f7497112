#!/usr/bin/env bash
# A PostgreSQL of one's own, from Debian's package, for tests and benchmarks: a cluster in a folder, on a port that is free, reached from
# this machine alone, run by the user postgres where this is root (PostgreSQL refuses to run as root).
#   scripts/postgres.sh start FOLDER [fast]   makes it where it is missing, starts it, prints its connection string; fast: without fsync
#   scripts/postgres.sh stop FOLDER           ends it at once
#   scripts/postgres.sh remove FOLDER         ends it, and deletes the folder
set -euo pipefail
usage() { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
[ $# -ge 2 ] || usage
action=$1 folder=$2 fast=${3:-}

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$bin" ] && [ -x "$bin/initdb" ] || { echo "PostgreSQL's server is not installed: scripts/install-test-tools.sh installs it." >&2; exit 3; }
as() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

stop() { if [ -f "$folder/data/postmaster.pid" ]; then as "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true; fi; }

case $action in
  start)
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd)
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$folder"; fi
    chmod 700 "$folder"
    cd "$folder"
    if [ ! -f data/PG_VERSION ]; then as "$bin/initdb" -D "$folder/data" -U deliberate --auth=trust --encoding=UTF8 --locale=C.UTF-8 -N >/dev/null; fi
    if [ ! -f port ]; then
      # A port that nobody listens on now.
      for _ in $(seq 50); do port=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break; done
      echo "$port" > port
    fi
    port=$(cat port)
    options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=100 -c shared_buffers=64MB"
    if [ "$fast" = fast ]; then options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"; fi
    as "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log.txt" -w -t 60 -o "$options" start >/dev/null || { tail -n 5 "$folder/data/log.txt" >&2; exit 1; }
    echo "Host=127.0.0.1;Port=$port;Username=deliberate;Database=deliberate"
    ;;
  stop) cd "$folder" && folder=$PWD && stop ;;
  remove) if [ -d "$folder" ]; then folder=$(cd "$folder" && pwd); (cd "$folder" && stop); rm -rf "$folder"; fi ;;
  *) usage ;;
esac
