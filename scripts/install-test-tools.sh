#!/usr/bin/env bash
# Installs what some tests use beside the .NET SDK: Chromium (pages are looked at in a real browser), bubblewrap (verifiers run in its
# sandbox) and PostgreSQL (accounts and labels are stored in it; scripts/postgres.sh starts one of our own). Debian and Ubuntu.
set -euo pipefail
missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v bwrap >/dev/null || missing+=(bubblewrap)
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || missing+=(postgresql)
[ "${#missing[@]}" -gt 0 ] || exit 0
command -v apt-get >/dev/null || { echo "Install ${missing[*]} to run the tests that need them."; exit 1; }
sudo=""; [ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
$sudo apt-get install -y -qq "${missing[@]}" >/dev/null
