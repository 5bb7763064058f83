# shellcheck shell=bash
# What the scripts say, and how they give up.
say() { printf '==> %s\n' "$*"; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}
