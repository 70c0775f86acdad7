# Sourced by the other scripts: what croquis is built with, by its Debian names, and how to get what is missing.

build_packages=(g++ meson ninja-build pkg-config libopenblas-dev libtbb-dev libfftw3-dev libhwy-dev libsuitesparse-dev zlib1g-dev
  doctest-dev libcli11-dev nlohmann-json3-dev libmuparser-dev)

# missing_packages NAME...: prints those that dpkg does not know as installed.
missing_packages() {
  local installed
  installed=" $(dpkg-query --show --showformat='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true) "
  local name
  for name in "$@"; do
    [[ $installed == *" installed:$name "* ]] || echo "$name"
  done
}

# need_packages NAME...: installs the missing ones as root with apt-get, and does nothing if none is missing. Otherwise
# it says what is missing and goes on: they may be there under another name, and Meson names what it cannot find.
need_packages() {
  command -v dpkg-query >/dev/null || return 0
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -eq 0 ]] && return 0
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    printf 'Not installed: %s\nTo install: sudo apt-get install %s\n' "${missing[*]}" "${missing[*]}" >&2
    return 0
  fi
  printf 'Installing %s\n' "${missing[*]}" >&2
  local log
  log=$(mktemp)
  if ! {
    apt-get --quiet update  # a stale index may still do, so a failure here is not the end
    DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes --no-install-recommends install "${missing[@]}"
  } </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    printf 'apt-get could not install %s\n' "${missing[*]}" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
