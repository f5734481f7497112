#!/bin/sh
# Runs one work in a peer that setup.sh has set up, with the settings that suit it best: run.sh PEER ROOT SHARED REPEATS WORD...
#   PEER      torch (Debian's PyTorch 2.6) or libtorch (2.10, MKL and oneDNN, through TorchSharp)
#   ROOT      where setup.sh put it; SHARED the folder with torch/ and libtorch/
#   REPEATS   measured steps or samplings, where the peer's program takes it
#   WORD...   as Deliberate.Benchmarks takes them, without a model file and the repeats; threads come last
# WITHOUT_AVX512=1: as on a machine that has none. Needs root, for chroot.
set -e
peer=$1; root=$2; shared=$3; repeats=$4; shift 4
here=$(cd "$(dirname "$0")" && pwd)
for word; do threads=$word; done
# Some environments set these, which halves OpenBLAS.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
# OpenMP on all threads, no malloc trimming.
malloc='MALLOC_TOP_PAD_=4000000000 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000'
narrow=
[ -z "${WITHOUT_AVX512:-}" ] || narrow='ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 OPENBLAS_CORETYPE=Haswell'
# A process in ROOT that sees /proc: the .NET runtime asks it for the machine's memory and does not start without. Nothing of it stays mounted.
in_root() {
  exec unshare -m sh -c 'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"' "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp OMP_NUM_THREADS="$threads" $malloc $narrow "$@"
}
case $peer:$1 in
  torch:prefill|torch:decode|torch:check)
    cp "$here/pretrained.py" "$root/peer/"
    in_root sh -c "cd /peer && exec python3 pretrained.py $* $repeats" ;;
  torch:*)
    mkdir -p "$root/peer" && cp "$shared"/torch/*.py "$root/peer/"
    what=$1; shift
    in_root SDPA=1 N="$repeats" sh -c "cd /peer && exec python3 $what.py $* flush $( [ "$what" = train ] && echo jitrms )" ;;
  libtorch:lora|libtorch:prefill|libtorch:decode|libtorch:check) program=smollm ;;
  libtorch:*) program=libtorch ;;
  *) echo "There is no peer $peer: torch or libtorch." >&2; exit 2 ;;
esac
[ "${2:-}" != 135M ] || program=smollm
[ $program = libtorch ] || [ "$1" = check ] || set -- "$@" "$repeats"
in_root DOTNET_ROOT=/dotnet DOTNET_TieredPGO=1 LD_LIBRARY_PATH=/$program /dotnet/dotnet /$program/$program.dll "$@"
