#!/usr/bin/env bash
# Installs what some tests use beside the .NET SDK: Chromium (the report is looked at in a real browser). Debian and Ubuntu.
set -euo pipefail
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null && exit 0
command -v apt-get >/dev/null || { echo "Install Chromium to run the browser tests."; exit 1; }
sudo=""; [ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
$sudo apt-get install -y -qq chromium >/dev/null
