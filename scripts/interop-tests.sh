#!/usr/bin/env bash
# Holds what this program writes and serves against other programs: llama.cpp, Hugging Face's tokenizers, its readers in JavaScript, clients of OpenAI's interface. They come
# from NuGet and npm; where a registry does not have them, that is said, and counts as skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
project=tests/Deliberate.Interop.Tests
if ! dotnet restore $project >/tmp/interop-restore.$$ 2>&1; then
  cat /tmp/interop-restore.$$; rm -f /tmp/interop-restore.$$
  echo "The packages of $project cannot be restored here: skipped."
  echo "  total: 1"; echo "  failed: 0"; echo "  succeeded: 0"; echo "  skipped: 1"
  exit 0
fi
rm -f /tmp/interop-restore.$$
dotnet build -c Release --no-restore $project -v q || exit 1
out=$project/bin/Release/net10.0
if command -v npm >/dev/null; then ( cd $out/node && npm install --no-audit --no-fund --loglevel=error ) || echo "The npm packages cannot be installed here: their tests skip."; fi
$out/Deliberate.Interop.Tests --no-progress --no-ansi
