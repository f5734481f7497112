#!/usr/bin/env bash
# Installs what some tests use beside the .NET SDK: Chromium (the report is looked at in a real browser) and bubblewrap
# (verifiers run in its sandbox). Debian and Ubuntu.
set -euo pipefail
missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v bwrap >/dev/null || missing+=(bubblewrap)
[ "${#missing[@]}" -gt 0 ] || exit 0
command -v apt-get >/dev/null || { echo "Install ${missing[*]} to run the tests that need them."; exit 1; }
sudo=""; [ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
$sudo apt-get install -y -qq "${missing[@]}" >/dev/null
