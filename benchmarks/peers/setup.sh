#!/bin/sh
# Sets a peer up in ROOT, where that has not been done yet: setup.sh PEER ROOT SHARED
#   PEER     torch: Debian's PyTorch 2.6, with a C library of its own, from the mirror that apt uses (debootstrap)
#            libtorch: 2.10 with MKL and oneDNN, through TorchSharp, beside it: SHARED/libtorch, and SmolLM2 of ./smollm
#   SHARED   the folder with torch/ and libtorch/
# Needs root, for chroot and mounts; libtorch needs the .NET SDK too. Ends with an error whose last line says what is missing.
set -e
peer=$1; root=$2; shared=$3
here=$(cd "$(dirname "$0")" && pwd)
fail() { echo "$*" >&2; exit 1; }
[ -f "$shared/$peer/run.sh" ] || fail "there is no $shared/$peer/run.sh"
[ "$(id -u)" = 0 ] || fail "only root can set $peer up (chroot)"
sh "$shared/torch/setup.sh" "$root" || fail "Debian's PyTorch could not be put in $root: debootstrap or apt failed"
[ -e "$root/usr/lib/python3/dist-packages/torch/__init__.py" ] || fail "$root holds half of a setup that was broken off; remove it"
[ "$peer" = libtorch ] || exit 0
command -v dotnet >/dev/null || fail "there is no dotnet, which builds the libtorch peer"
# The runtime that the programs run with; a dotnet on the path may be a script, so the host itself is asked where it lives.
if [ ! -x "$root/dotnet/dotnet" ]; then
  home=$(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App 10[^ ]* \[\(.*\)\/shared\/Microsoft.NETCore.App\]$/\1/p' | tail -1)
  [ -x "$home/dotnet" ] || fail "dotnet --list-runtimes names no runtime 10"
  rm -rf "$root/dotnet.new" "$root/dotnet"; mkdir "$root/dotnet.new"
  cp -a "$home/dotnet" "$home/host" "$home/shared" "$root/dotnet.new/"; mv "$root/dotnet.new" "$root/dotnet"
fi
# Outside the solution, whose settings are not theirs, and again where a source has changed.
publish() {
  sum=$(cat "$1"/*.cs "$1"/*.csproj | cksum)
  [ "$(cat "$root/$2/sources" 2>/dev/null)" = "$sum" ] && return
  build=$(mktemp -d); cp "$1"/*.cs "$1"/*.csproj "$build"
  if ! (cd "$build" && dotnet publish -c Release -o "$root/$2" >build.log 2>&1); then
    cp "$build/build.log" "$root/$2.log"; rm -rf "$build"
    fail "$2 does not build: $(grep -m 1 -E 'error' "$root/$2.log" | sed 's/^[^:]*: //; s/ \[.*//')"
  fi
  rm -rf "$build"
  echo "$sum" > "$root/$2/sources"
}
publish "$shared/libtorch" libtorch
publish "$here/smollm" smollm
