#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: example/quickstart.sh
#
# Shows what socketlock does, on real processes. First it installs what is missing (Debian 12, as root
# or with sudo) and builds the program into build/. It checks everything that it says, and exits with
# 1 as soon as something is not true.

set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=test/packages.sh
. test/packages.sh

say() { printf '\n%s\n' "$*"; }

# show COMMAND...: prints a command and what it prints; sets `code` and `output`.
show()
{
    local command=$*
    echo "  \$ ${command/#"$socketlock"/socketlock}"
    code=0
    output=$("$@" 2>&1) || code=$?
    local lines
    mapfile -t lines <<<"$output"
    printf '    %s\n' "${lines[@]}"
    echo "    (exit code $code)"
}

fail()
{
    echo "This is not as it should be: $*" >&2
    exit 1
}

expect_code() { ((code == $1)) || fail "the exit code is $code instead of $1"; }
expect_output() { [[ $output =~ $1 ]] || fail "the output does not match '$1'"; }

# eventually COMMAND...: polls a condition; fails when it has not come true for 10 s.
eventually()
{
    local deadline=$((SECONDS + 10))
    until "$@"; do
        ((SECONDS < deadline)) || fail "this never came true: $*"
        sleep 0.005
    done
}

# is_running PID: false for what has died, reaped or not.
is_running()
{
    local state
    state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 1
    [[ $state != [ZX]* ]]
}

is_gone() { ! is_running "$1"; }

install_packages "${build_packages[@]}" "${test_packages[@]}"
log=$(mktemp)
scratch=$(mktemp -d)
started=() # what we have started and may have to end

finish()
{
    local pid
    for pid in ${started+"${started[@]}"}; do
        kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    rm -rf "$log" "$scratch"
} >/dev/null 2>&1
trap finish EXIT

echo "Building build/bin/socketlock"
if ! { cmake --preset default &&
    cmake --build build --parallel "$(nproc)" --target socketlock_tool; } >"$log" 2>&1; then
    cat "$log" >&2
    fail "the program could not be built"
fi
socketlock=$PWD/build/bin/socketlock
export SOCKETLOCK_DIR=$scratch/locks

say "1. A process takes the lock \"demo\" and runs a command while it holds it."
# The command writes down its own process ID and the time, and then does something that takes long.
# shellcheck disable=SC2016 # for the inner shell
long_job='echo $$ "${EPOCHREALTIME/[.,]/}" >"$0"; exec sleep 1000'
echo "  \$ socketlock run demo -- long_job &"
"$socketlock" run demo -- bash -c "$long_job" "$scratch/first" </dev/null &
first=$!
started+=("$first")
eventually test -s "$scratch/first"
read -r first_command _ <"$scratch/first"
echo "    (process $first, its command is process $first_command)"

say "2. Another is told by whom it is held, and since when."
show "$socketlock" status demo
expect_code 0
expect_output "^demo is held by PID $first on port [0-9]+ since [-0-9]+T[:0-9]+Z"
expect_output "verified: +yes"

say "3. A second process wants it, too, and waits."
echo "  \$ socketlock run demo -- long_job &"
"$socketlock" run demo -- bash -c "$long_job" "$scratch/second" </dev/null &
second=$!
started+=("$second")
eventually grep -q "\"pid\":$second}" "$SOCKETLOCK_DIR/.demo.lock"
test ! -e "$scratch/second" || fail "two commands run at once"
echo "    (process $second, in the queue)"

say "4. The first is killed with -9. The second gets the lock at once."
echo "  \$ kill -9 $first"
disown "$first" # or bash would report its end
begin=${EPOCHREALTIME/[.,]/}
kill -KILL "$first"
eventually test -s "$scratch/second"
started=("$second")
read -r second_command since <"$scratch/second"
took=$((since - begin))
((took < 2000000)) || fail "it took $took microseconds"
echo "    (its command, process $second_command, ran $((took / 1000)).$((took / 100 % 10)) ms later)"
eventually is_gone "$first_command"
echo "    (the command of the first has died with it: nothing continues unprotected)"
is_running "$second" || fail "the second does not run"

say "5. A third, which does not want to wait, is refused."
show "$socketlock" run --no-wait demo -- echo "this is never printed"
expect_code 75
expect_output "^socketlock: demo is held by PID $second on port [0-9]+ since [-0-9]+T[:0-9]+Z$"

say "6. When the second has ended the lock is free."
echo "  \$ kill $second"
kill "$second"
code=0
wait "$second" || code=$?
((code == 128 + 15)) || fail "the exit code of the second is $code"
echo "    (it passed the signal on; its exit code is its command's, 128 + 15)"
started=()
show "$socketlock" status demo
expect_code 1
expect_output "^demo is free$"

say "All of this was so."
