#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# socketlock status, list and wait, the options, and what bad input gets.

# shellcheck disable=SC2031 # each test has a shell of its own
set -uo pipefail
# shellcheck source=test/process/tool/harness.sh
. "$(dirname "$0")/tool/harness.sh"

# as_nobody COMMAND...: root may do everything; somebody else is needed to be refused.
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }

# fails_with CODE TEXT COMMAND...: nothing on standard output, one line with TEXT on standard error.
fails_with()
{
    local code=$1 text=$2
    shift 2
    exits_with "$code" "$@" >out 2>err
    same "standard output" "" "$(<out)"
    same "lines on standard error" 1 "$(wc -l <err)"
    if ! grep -qF -- "$text" err; then
        echo "not the text expected of $*: $(<err)" >&2
        return 1
    fi
}

test_status_tells_who_holds_the_lock()
{
    hold x
    exits_with 0 "$tool" status x >out
    local port
    port=$(sed -nE "1s/^x is held by PID $holder on port ([0-9]+) since 20[0-9-]+T[0-9:]+Z$/\1/p" out)
    ((port > 0))
    has_line out "  verified:      yes, by a handshake"
    has_line out "  program:       $tool"
    has_line out "  host:          $(uname -n)"
    has_line out "  lock file:     $SOCKETLOCK_DIR/.x.lock"
    exits_with 0 "$tool" status --json x >json
    same pid "$holder" "$(field "$(<json)" pid)"
    same port "$port" "$(field "$(<json)" port)"
    same held true "$(field "$(<json)" held)"
    same verified true "$(field "$(<json)" verified)"
    has_line out "  fencing token: $(field "$(<json)" fencing_token)"
    let_go
    exits_with 1 "$tool" status x >out
    same "standard output" "x is free" "$(<out)"
    exits_with 1 "$tool" status --json x >json
    same held false "$(field "$(<json)" held)"
}

test_a_dead_holders_lock_is_free()
{
    hold x
    kill -KILL "$holder"
    eventually is_free x
    exits_with 0 "$tool" wait x
    "$tool" list | grep -qE '^x +free$'
}

test_queries_create_and_change_nothing()
{
    exits_with 1 "$tool" status x >out
    exits_with 0 "$tool" wait x
    exits_with 0 "$tool" list >out 2>err
    same "standard error" "socketlock: there are no locks in $SOCKETLOCK_DIR" "$(<err)"
    test ! -e locks
    hold x
    chmod a-w locks/.x.lock
    find locks -printf '%p %i %s %T@ %m\n' | sort >before
    exits_with 0 "$tool" status x >out
    exits_with 0 "$tool" list >out
    exits_with 75 "$tool" wait --timeout 0 x 2>err
    find locks -printf '%p %i %s %T@ %m\n' | sort >after
    same files "$(<before)" "$(<after)"
    let_go
}

test_wait_returns_when_the_lock_is_free_and_takes_nothing()
{
    exits_with 0 "$tool" wait x
    hold x
    local token
    token=$(field "$("$tool" status --json x)" fencing_token)
    local tickets
    tickets=$(grep -o '"next_ticket":[0-9]*' locks/.x.lock)
    "$tool" wait x >out 2>err &
    local waiter=$!
    "$tool" wait --timeout 1000 x &
    local other=$!
    exits_with 75 "$tool" wait --timeout 0.2 x 2>err2
    grep -q "^socketlock: gave up after 0.2 s: x is held by PID $holder on port " err2
    is_running "$waiter"
    let_go
    ends_with 0 "$waiter"
    ends_with 0 "$other"
    same "standard error" "" "$(<err)"
    grep -q "\"fencing_token\":$token," locks/.x.lock
    grep -q "$tickets," locks/.x.lock
}

test_list_shows_every_lock_of_the_directory_by_name()
{
    "$tool" run b -- true
    "$tool" run a -- true
    "$tool" run $'two\nlines' -- true
    local long
    long=$(printf 'l ng%.0s' {1..50})
    "$tool" run "$long" -- true
    hold 'c d'
    touch locks/.not-ours locks/other.lock locks/.fresh%20one.lock
    exits_with 0 "$tool" list >out
    # shellcheck disable=SC1003 # no escape is meant
    same names $'NAME\na\nb\nc d\nfresh one\n'"$long"$'\ntwo\\nlines' "$(sed -E 's/  +.*//' out)"
    grep -qE "^c d +held +$holder +[0-9]+ +20[0-9-]+T[0-9:]+Z$" out
    same "held locks" 1 "$(grep -cE ' held ' out)"
    same "free locks" 5 "$(grep -cE ' free$' out)"
    exits_with 0 "$tool" list --lock-dir locks --json >json
    same "lines of JSON" 1 "$(wc -l <json)"
    let_go
}

test_list_says_what_it_cannot_read_and_goes_on()
{
    "$tool" run a -- true
    "$tool" run b -- true
    cp locks/.a.lock locks/.copy.lock
    echo '{"port":1,"name":"newer","socketlock":{"version":99}}' >locks/.newer.lock
    mkfifo locks/.fifo.lock
    mkdir locks/.directory.lock
    exits_with 76 "$tool" list >out 2>err
    grep -qE '^a +free$' out
    grep -qE '^b +free$' out
    same "unknown" 4 "$(grep -c ' unknown$' out)"
    same "lines on standard error" 4 "$(wc -l <err)"
}

test_wrong_usage_gives_64()
{
    local try="; try 'socketlock --help'" run="; try 'socketlock run --help'"
    fails_with 64 "socketlock: the command is missing$try" "$tool"
    fails_with 64 "socketlock: there is no command 'lock'$try" "$tool" lock x
    fails_with 64 "socketlock: there is no command 'a\\n'$try" "$tool" $'a\n'
    fails_with 64 "socketlock: unrecognised option '--frobnicate'$try" "$tool" --frobnicate
    fails_with 64 "socketlock: the command is missing$try" "$tool" -- run x -- true
    fails_with 64 "socketlock: run: unrecognised option '--tim'$run" "$tool" run --tim 1 x -- true
    fails_with 64 "run: the lock's name is missing$run" "$tool" run
    fails_with 64 "run: the lock's name is missing$run" "$tool" run --
    fails_with 64 "run: the lock's name is missing$run" "$tool" run -- -- true
    fails_with 64 "run: put -- between the lock's name and the command$run" "$tool" run x
    fails_with 64 "run: put -- between the lock's name and the command$run" "$tool" run x true
    fails_with 64 "run: put -- between the lock's name and the command$run" "$tool" run x true -- true
    fails_with 64 "run: put -- between the lock's name and the command$run" "$tool" run -- x true
    fails_with 64 "run: the command after -- is missing$run" "$tool" run x --
    fails_with 64 "run: --no-wait and --timeout exclude each other$run" \
        "$tool" run --no-wait --timeout 1 x -- true
    local value
    for value in x 1x -1 nan inf 1e999 '1 ' 0x10; do
        fails_with 64 "run: --timeout needs a number of seconds, not '$value'$run" \
            "$tool" run "--timeout=$value" x -- touch ran
    done
    fails_with 64 "run: the argument for option '--timeout' should follow" \
        "$tool" run --timeout= x -- touch ran
    for value in x 256 -1 1.5 ' 1'; do
        fails_with 64 "run: --conflict-exit-code needs a number from 0 to 255, not '$value'$run" \
            "$tool" run "--conflict-exit-code=$value" x -- touch ran
    done
    fails_with 64 "run: the required argument for option '--lock-dir' is missing$run" \
        "$tool" run x --lock-dir -- touch ran
    fails_with 64 "run: --lock-dir needs a directory$run" "$tool" run --lock-dir '' x -- touch ran
    fails_with 64 "option '--json' cannot be specified more than once" "$tool" --json status --json x
    fails_with 64 "status: unrecognised option '--timeout'" "$tool" status --timeout 1 x
    fails_with 64 "status: the lock's name is missing" "$tool" status
    fails_with 64 "status: unexpected argument 'y'" "$tool" status x y
    fails_with 64 "status: unexpected argument 'y'" "$tool" status -- x y
    fails_with 64 "wait: the lock's name is missing" "$tool" wait
    fails_with 64 "list: unexpected argument 'x'" "$tool" list x
    test ! -e ran
    test ! -e locks
}

test_a_name_that_is_none_gives_64()
{
    local name text="a lock's name must be 1 to 200 bytes of UTF-8 without NUL"
    for name in '' "$(printf 'n%.0s' {1..201})" $'\xff' $'\xc3' $'\xed\xa0\x80'; do
        fails_with 64 "$text" "$tool" status "$name"
        fails_with 64 "$text" "$tool" wait "$name"
        fails_with 64 "$text" "$tool" run "$name" -- touch ran
    done
    fails_with 64 "socketlock: '\\xff': $text" "$tool" status $'\xff'
    test ! -e ran
}

test_help_and_version_are_everywhere()
{
    local command option
    for command in '' run wait status list; do
        for option in --help -h; do
            # shellcheck disable=SC2086 # none or one
            exits_with 0 "$tool" $command $option >out 2>err
            grep -q "^Usage: socketlock ${command:-COMMAND}" out
            grep -q -- "  --lock-dir D " out
            same "standard error" "" "$(<err)"
            same "long lines" 0 "$(awk 'length > 100' out | wc -l)"
        done
        # shellcheck disable=SC2086 # none or one
        same version "socketlock $(sed -n 's/^#define SOCKETLOCK_VERSION_STRING "\(.*\)"/\1/p' \
            "$sources/include/socketlock/config.hpp")" "$("$tool" $command --version)"
    done
    exits_with 0 "$tool" --help run >out
    grep -q "^Usage: socketlock run " out
    # Behind -- it is the command's.
    # shellcheck disable=SC2016 # for the inner shell
    same "the command's output" --help "$("$tool" run x -- sh -c 'echo "$0"' --help)"
}

test_errors_of_the_directory_have_codes_of_their_own()
{
    echo text >file
    fails_with 73 "the path of the lock directory names something that is not a directory" \
        "$tool" run --lock-dir file --no-wait x -- true
    fails_with 73 "(lock file $PWD/file/.x.lock)" "$tool" status --lock-dir file x
    fails_with 73 "$PWD/file: the path of the lock directory" "$tool" list --lock-dir file
    mkdir -p locks/.x.lock
    fails_with 73 "names something that is not a regular file" "$tool" run --no-wait x -- true
    fails_with 73 "names something that is not a regular file" "$tool" status x
    fails_with 73 "names something that is not a regular file" "$tool" wait x

    unset SOCKETLOCK_DIR
    mkdir real runtime
    ln -s ../real runtime/socketlock
    export XDG_RUNTIME_DIR=$PWD/runtime
    fails_with 78 "the lock directory is a symbolic link" "$tool" run --no-wait x -- true
    fails_with 78 "the lock directory is a symbolic link" "$tool" status x
    fails_with 78 "the lock directory is a symbolic link" "$tool" list
    rm runtime/socketlock
    exits_with 0 "$tool" run --no-wait x -- true
    test -f runtime/socketlock/.x.lock
    export TMPDIR=$PWD/real
    unset XDG_RUNTIME_DIR
    exits_with 0 "$tool" run --no-wait x -- true
    test -f "real/socketlock-$(id -u)/.x.lock"
}

test_a_record_that_makes_no_sense_gives_76()
{
    hold x
    echo '{"port":"garbage"}' >locks/.y.lock
    fails_with 76 "the lock file's record cannot be read" "$tool" run --no-wait y -- touch ran
    same "lock file" '{"port":"garbage"}' "$(<locks/.y.lock)"
    test ! -e ran
    fails_with 76 "the lock file's record cannot be read" "$tool" status y
    fails_with 76 "the lock file's record cannot be read" "$tool" wait y
    exits_with 76 "$tool" list >out 2>err
    grep -qE '^y +unknown$' out
    let_go
    # With nobody alive it is healed, and so it is free.
    exits_with 1 "$tool" status y >out
    same "standard output" "y is free" "$(<out)"
    exits_with 0 "$tool" wait y
    exits_with 0 "$tool" list >out
    grep -qE '^y +free$' out
    exits_with 0 "$tool" run --no-wait y -- true
}

test_what_may_not_be_read_gives_77()
{
    ((EUID == 0)) || skip "needs root"
    as_nobody "$tool" --version >out 2>&1 || skip "needs a program that others may execute"
    chmod a+rx "$PWD"
    hold x
    fails_with 77 "access to the lock directory or the lock file is denied" \
        as_nobody "$tool" status x
    fails_with 77 "access to the lock directory or the lock file is denied" \
        as_nobody "$tool" run --no-wait x -- touch ran
    fails_with 77 "access to the lock directory or the lock file is denied" as_nobody "$tool" list
    # Who may read the lock file, but not the presence, learns who holds the lock.
    chmod a+rx locks
    chmod a+r locks/.x.lock
    exits_with 0 as_nobody "$tool" status x >out
    grep -q "^x is held by PID $holder on port " out
    exits_with 75 as_nobody "$tool" wait --timeout 0 x 2>err
    let_go
}

test_standard_output_that_cannot_be_written_gives_74()
{
    exits_with 74 "$tool" status x >/dev/full 2>err
    same "standard error" "socketlock: cannot write to standard output" "$(<err)"
    exits_with 74 "$tool" --help >/dev/full 2>err
}

sources=$(readlink -f "$(dirname "$0")/../..")
run_tests
