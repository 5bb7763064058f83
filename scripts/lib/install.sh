# shellcheck shell=bash
# install_packages GROUP…: installs what is missing of those groups, after saying what that is.
# Needs scripts/lib/say.sh and scripts/lib/packages.sh.

# apt, dnf or brew; empty when there is none of them. Each is told by a program only it has.
package_manager() {
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    echo apt
  elif command -v dnf >/dev/null; then
    echo dnf
  elif command -v brew >/dev/null; then
    echo brew
  fi
}

# wanted_packages MANAGER GROUP…: "PROGRAM PACKAGE", one a line.
wanted_packages() {
  local manager=$1 column
  shift
  case $manager in
    apt) column=3 ;;
    dnf) column=4 ;;
    brew) column=5 ;;
  esac
  package_table | awk -v groups=" $* " -v column="$column" \
    'index(groups, " " $1 " ") && $column != "-" { print $2, $column }'
}

# is_installed MANAGER PROGRAM PACKAGE
# shellcheck disable=SC2016  # the ${…} is dpkg-query's
is_installed() {
  [ "$2" = - ] || ! command -v "$2" >/dev/null || return 0
  case $1 in
    apt) [ "$(dpkg-query -W -f='${db:Status-Status}' "$3" 2>/dev/null)" = installed ] ;;
    dnf) rpm -q --quiet --whatprovides "$3" 2>/dev/null ;;
    brew) brew list --versions "$3" >/dev/null 2>&1 ;;
  esac
}

# as_root COMMAND…: directly when root, else by sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "root is needed to install packages, and there is no sudo here. As root, run:
  $*"
  fi
}

apt_update() { as_root apt-get update -q || die "apt-get could not fetch the package lists (above: why)"; }

apt_install() {
  # A fresh container has no package lists at all; stale ones are only refreshed when they fail.
  if [ -z "$(find /var/lib/apt/lists -name '*Packages*' -print -quit 2>/dev/null)" ]; then
    apt_update
  fi
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
  as_root "${install[@]}" "$@" && return
  say "That did not work; once more with fresh package lists."
  apt_update
  as_root "${install[@]}" "$@" || die "apt-get could not install: $*"
}

install_packages() {
  local manager program package missing=()
  manager=$(package_manager)
  if [ -z "$manager" ]; then
    die "there is no apt-get, dnf or brew here. Install what scripts/lib/packages.sh lists ($*), then run this
again with --no-install."
  fi
  while read -r program package; do
    is_installed "$manager" "$program" "$package" || missing+=("$package")
  done < <(wanted_packages "$manager" "$@")
  if [ ${#missing[@]} -eq 0 ]; then
    say "Packages ($*): all there, nothing to install."
    return
  fi
  say "To be installed by $manager:" "${missing[@]}"
  [ -z "${DRY_RUN:-}" ] || return 0
  case $manager in
    apt) apt_install "${missing[@]}" ;;
    dnf) as_root dnf install -y "${missing[@]}" || die "dnf could not install: ${missing[*]}" ;;
    brew) brew install "${missing[@]}" || die "brew could not install: ${missing[*]}" ;;
  esac
}
