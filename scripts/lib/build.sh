# shellcheck shell=bash
# build PRESET DIRECTORY [cmake argument…]: configures and builds; the second time only what changed.
# Needs scripts/lib/say.sh.
cores() { getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

build() {
  local preset=$1 directory=$2 top options=()
  top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  shift 2
  command -v cmake >/dev/null || die "cmake is not installed (scripts/lib/packages.sh lists what is needed)"
  if command -v ccache >/dev/null; then
    options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  if command -v brew >/dev/null; then # libraries that macOS has in older versions of its own
    options+=("-DCMAKE_PREFIX_PATH=$(brew --prefix openssl@3);$(brew --prefix sqlite);$(brew --prefix zlib)")
  fi
  cmake -S "$top" -B "$directory" --preset "$preset" ${options[@]+"${options[@]}"} "$@" ||
    die "the build could not be configured (above: why)"
  cmake --build "$directory" -j "$(cores)" || die "the build failed (above: why)"
}
