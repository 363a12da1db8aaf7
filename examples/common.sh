# Shared by the run scripts: installing what is missing and building. Sourced, not run.
#
# Works as root and as a user with sudo; prints what it does; safe to repeat. Nothing is installed or built when
# nothing is missing.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 2
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    command -v sudo >/dev/null || die "$1 needs root, and sudo is not installed: run this as root once"
    sudo "$@"
  fi
}

# install_packages FILE...: the Debian packages listed there, one a line, that are not installed yet.
install_packages() {
  local missing=() package
  while read -r package; do
    [ -n "$package" ] || continue
    # A program that is already there in another way (a newer node, say) serves as well as its package.
    case $package in
      nodejs) command -v node >/dev/null && continue ;;
      npm) command -v npm >/dev/null && continue ;;
    esac
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done < <(cat "$@")
  [ ${#missing[@]} -eq 0 ] && return
  say "installing: ${missing[*]}"
  as_root apt-get update -q >&2 || die "apt-get update failed: is there a network?"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 ||
    die "apt-get could not install: ${missing[*]}"
}

# build PRESET [cmake arguments] -- TARGET...: configures if needed and builds.
build() {
  local preset=$1
  shift
  local configure=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    configure+=("$1")
    shift
  done
  [ "${1:-}" = -- ] && shift
  local directory=$root/build/$preset
  if [ ! -f "$directory/build.ninja" ]; then
    say "configuring build/$preset"
    mkdir -p "$root/build"
    (cd "$root" && cmake --preset "$preset" "${configure[@]}") >"$root/build/configure-$preset.log" 2>&1 || {
      cat "$root/build/configure-$preset.log" >&2
      die "cmake could not configure"
    }
  fi
  say "building build/$preset"
  cmake --build "$directory" -- ${1:+"$@"} >&2 || die "the build failed"
}
