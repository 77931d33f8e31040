# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash

# What the tests of the program have in common. Each test is a function test_NAME; run_tests prints
# "ok NAME", "not ok NAME" or "skip NAME (why)" for each. A test runs in a shell of its own with
# `set -e`, in an empty directory, with a lock directory of its own.

: "${SOCKETLOCK_TOOL:?is the path of the program}"
tool=$(readlink -f "$SOCKETLOCK_TOOL")

# Polls a condition: `eventually COMMAND...` fails when it has not come true for three minutes.
eventually()
{
    local deadline=$((SECONDS + 180))
    until "$@"; do
        if ((SECONDS >= deadline)); then
            echo "never came true: $*" >&2
            return 1
        fi
        sleep 0.01
    done
}

# is_running PID: false for what has died, reaped or not.
is_running()
{
    local state
    state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 1
    [[ $state != [ZX]* ]]
}

# is_stopped PID: each of its threads; kill -STOP does not wait for that.
is_stopped()
{
    local states
    states=$(sed 's/.*) //' "/proc/$1"/task/*/stat) || return 1
    ! grep -qv '^T' <<<"$states"
}

is_gone() { ! is_running "$1"; }
has_text() { [[ -s $1 ]]; }
has_line() { grep -qFx -- "$2" "$1" 2>/dev/null; }
has_lines() { (($(wc -l <"$1") == $2)); }
is_held() { "$tool" status "$1" >/dev/null; }
is_free()
{
    local code=0
    "$tool" status "$1" >/dev/null || code=$?
    ((code == 1))
}
is_held_by() { "$tool" status "$1" | grep -q "is held by PID $2 on port [0-9]* since "; }

# exits_with CODE COMMAND...
exits_with()
{
    local expected=$1 code=0
    shift
    "$@" || code=$?
    if ((code != expected)); then
        echo "exit code $code instead of $expected: $*" >&2
        return 1
    fi
}

# ends_with CODE PID: a job of this shell ends in the end.
ends_with()
{
    eventually is_gone "$2"
    exits_with "$1" wait "$2"
}

# same WHAT EXPECTED ACTUAL
same()
{
    if [[ $2 != "$3" ]]; then
        printf '%s: expected "%s", not "%s"\n' "$@" >&2
        return 1
    fi
}

# skip WHY: ends the test here, without an outcome.
skip()
{
    echo "$1" >skipped
    exit 0
}

# hold NAME: holds a lock in the background; sets holder to the process's id. Give it up with
# `let_go`.
hold()
{
    # shellcheck disable=SC2016 # for the inner shell
    "$tool" run "$1" -- sh -c 'touch "$0"; exec sleep 1000' "$PWD/held" &
    holder=$!
    eventually test -e held
    rm held
}

let_go()
{
    kill "$holder"
    ends_with 143 "$holder"
}

# field JSON KEY: the value of a number or boolean.
field() { sed -E "s/.*\"$2\":([0-9a-z]+).*/\\1/" <<<"$1"; }

# Ends what the test has left running: what it started has its lock directory in the environment.
end_test()
{
    trap - ERR
    set +e
    local file files
    mapfile -t files < <(
        grep -lzFx "SOCKETLOCK_DIR=$scratch/locks" /proc/[0-9]*/environ 2>/dev/null
    )
    for file in ${files+"${files[@]}"}; do
        file=${file%/environ}
        kill -KILL "${file#/proc/}" 2>/dev/null
    done
    [[ ! -e $scratch/skipped ]] || mv "$scratch/skipped" "$skipped"
    rm -rf "$scratch"
}

run_tests()
{
    local name failed=0 code skipped
    skipped=$(mktemp -u)
    for name in $(compgen -A function test_); do
        (
            set -eE
            scratch=$(mktemp -d)
            trap end_test EXIT
            trap 'echo "$name: line $LINENO: $BASH_COMMAND" >&2' ERR
            cd "$scratch"
            export SOCKETLOCK_DIR=$scratch/locks
            "$name"
        )
        code=$?
        name=${name#test_}
        if ((code != 0)); then
            echo "not ok $name"
            failed=1
        elif [[ -e $skipped ]]; then
            echo "skip $name ($(<"$skipped"))"
            rm "$skipped"
        else
            echo "ok $name"
        fi
    done
    return "$failed"
}
