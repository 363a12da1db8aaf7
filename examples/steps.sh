# Shared by the run scripts of the examples: numbered steps that insist on their results. Sourced after common.sh.

bold=$'\e[1m' plain=$'\e[0m'
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || bold='' plain=''
number=0

step() {
  number=$((number + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$number" "$1" "$plain"
}

show() {
  printf '$ %s\n' "$*"
  "$@"
}

# expect STATUS COMMAND...: shows the command and insists on its exit status.
expect() {
  local wanted=$1 status=0
  shift
  show "$@" || status=$?
  [ "$status" -eq "$wanted" ] || die "the command above ended with $status instead of $wanted"
  [ "$wanted" -eq 0 ] || printf '(exit %d: refused, as it should be)\n' "$status"
}

# expect_says STATUS TEXT COMMAND...: insists on words of the answer as well.
expect_says() {
  local wanted=$1 text=$2 status=0 answer
  shift 2
  printf '$ %s\n' "$*"
  answer=$("$@" 2>&1) || status=$?
  printf '%s\n' "$answer"
  [ "$status" -eq "$wanted" ] || die "the command above ended with $status instead of $wanted"
  case $answer in *"$text"*) ;; *) die "the answer above does not say: $text" ;; esac
  [ "$wanted" -eq 0 ] || printf '(exit %d: refused, as it should be)\n' "$status"
}

# insist FOUND WANTED WHAT
insist() { [ "$1" = "$2" ] || die "$3: expected $2, found $1"; }

# The programs on PATH: those of SYNAPSOR_BIN, or a release build of this repository. programs PACKAGE_FILE...
programs() {
  if [ -z "${SYNAPSOR_BIN:-}" ]; then
    install_packages "$root/examples/packages.txt" "$@"
    build release -DSYNAPSOR_TESTS=OFF -DSYNAPSOR_BENCH=OFF -- sync synapsor-runner
    SYNAPSOR_BIN=$root/build/release/bin
  fi
  SYNAPSOR_BIN=$(cd "$SYNAPSOR_BIN" 2>/dev/null && pwd) || die "SYNAPSOR_BIN names no folder"
  # Without this, the `sync` of coreutils would answer.
  [ -x "$SYNAPSOR_BIN/sync" ] && [ -x "$SYNAPSOR_BIN/synapsor-runner" ] || die "there are no programs in $SYNAPSOR_BIN: build them first"
  PATH=$SYNAPSOR_BIN:$PATH
}

# start_server KIND: a throw-away server on loopback in $server_dir, run by an unprivileged account and stopped by
# process id when the script ends, however it ends. Sets SYNAPSOR_TEST_<KIND>_URL.
start_server() {
  local exports
  server_dir=$(mktemp -d "/tmp/synapsor-$1-XXXXXX")
  exports=$(python3 "$root/tests/integration/servers" start "$1" "$server_dir") || {
    local status=$?
    rm -rf "$server_dir"
    server_dir=
    [ "$status" -eq 77 ] && exit 77
    die "the server could not be started"
  }
  eval "$exports"
}

stop_server() {
  [ -z "${server_dir:-}" ] || python3 "$root/tests/integration/servers" stop "$server_dir"
  server_dir=
}
