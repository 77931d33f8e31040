#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# socketlock run: exit codes, environment, waiting, what becomes of the lock.

set -uo pipefail
# shellcheck source=test/process/tool/harness.sh
. "$(dirname "$0")/tool/harness.sh"

test_the_exit_code_is_the_commands()
{
    exits_with 0 "$tool" run x -- true
    exits_with 7 "$tool" run x -- sh -c 'exit 7'
    exits_with 75 "$tool" run x -- sh -c 'exit 75'
    is_free x
}

test_a_command_that_a_signal_ends_gives_128_and_its_number()
{
    exits_with 137 "$tool" run x -- sh -c 'kill -KILL $$'
    exits_with 139 "$tool" run x -- sh -c 'ulimit -c 0; kill -SEGV $$'
    is_free x
}

test_a_command_that_cannot_start_gives_126_or_127_and_the_lock_is_free()
{
    exits_with 127 "$tool" run x -- no-such-command 2>err
    same stderr "socketlock: no-such-command: command not found" "$(<err)"
    exits_with 127 "$tool" run x -- ./missing 2>err
    same stderr "socketlock: ./missing: not found, or its interpreter is missing" "$(<err)"
    echo true >script
    exits_with 126 "$tool" run x -- ./script 2>err
    same stderr "socketlock: ./script: cannot execute: Permission denied" "$(<err)"
    is_free x
    # As a shell does: without a first line that names an interpreter.
    chmod +x script
    exits_with 0 "$tool" run x -- ./script
}

test_the_command_finds_the_name_and_the_token_in_its_environment()
{
    export SOCKETLOCK_NAME=outer SOCKETLOCK_FENCING_TOKEN=1 OTHER=kept
    # shellcheck disable=SC2016 # for the inner shell
    "$tool" run x -- sh -c 'env >env; "$0" status --json x >json' "$tool"
    has_line env SOCKETLOCK_NAME=x
    has_line env OTHER=kept
    has_line env "SOCKETLOCK_FENCING_TOKEN=$(field "$(<json)" fencing_token)"
    same "variables of the name" 1 "$(grep -c ^SOCKETLOCK_NAME= env)"
    "$tool" run x -- sh -c 'env >env2'
    local first second
    first=$(sed -n 's/^SOCKETLOCK_FENCING_TOKEN=//p' env)
    second=$(sed -n 's/^SOCKETLOCK_FENCING_TOKEN=//p' env2)
    ((first > 1000 && second > first))
}

test_the_command_has_our_standard_streams_and_no_other_descriptor_of_ours()
{
    local list='cd /proc/$$/fd; ls'
    bash -c "$list" >direct </dev/null
    "$tool" run x -- bash -c "$list" >inside </dev/null
    same descriptors "$(<direct)" "$(<inside)"
    same "standard input" hello "$(echo hello | "$tool" run x -- cat)"
}

test_what_the_command_leaves_in_the_background_does_not_hold_the_lock()
{
    # shellcheck disable=SC2016 # for the inner shell
    "$tool" run x -- sh -c 'sleep 1000 >/dev/null 2>&1 & echo $! >pid'
    is_running "$(<pid)"
    is_free x
    kill "$(<pid)"
}

test_no_wait_is_refused_at_once_and_told_by_whom()
{
    hold x
    exits_with 75 "$tool" run --no-wait x -- touch ran 2>err
    local port
    port=$(field "$("$tool" status --json x)" port)
    grep -qE "^socketlock: x is held by PID $holder on port $port since 20[0-9-]+T[0-9:]+Z$" err
    same "lines on standard error" 1 "$(wc -l <err)"
    exits_with 0 "$tool" run --no-wait other -- true
    test ! -e ran
    let_go
}

test_the_exit_code_of_a_conflict_can_be_chosen()
{
    hold x
    exits_with 0 "$tool" run --no-wait --conflict-exit-code 0 x -- false 2>err
    grep -q "^socketlock: x is held by PID $holder " err
    exits_with 255 "$tool" run --timeout 0 --conflict-exit-code=255 x -- false 2>err
    let_go
}

test_a_timeout_gives_up_in_time_and_tells_who_holds_the_lock_then()
{
    hold x
    local begin=${EPOCHREALTIME/./}
    exits_with 75 "$tool" run --timeout 0.3 x -- touch ran 2>err
    local took=$((${EPOCHREALTIME/./} - begin))
    ((took >= 300000))
    ((took < 60000000))
    grep -q "^socketlock: gave up after 0.3 s: x is held by PID $holder on port " err
    test ! -e ran
    is_held_by x "$holder"
    let_go
    exits_with 0 "$tool" run --timeout 1000 x -- true
}

test_a_waiting_command_runs_when_the_holder_ends_and_says_nothing_meanwhile()
{
    hold x
    "$tool" run x -- touch ran 2>err &
    local waiter=$!
    # shellcheck disable=SC2016 # for the inner shell
    eventually sh -c 'grep -q "\"tail\":{" locks/.x.lock'
    is_held_by x "$holder"
    test ! -e ran
    let_go
    ends_with 0 "$waiter"
    test -e ran
    same "standard error" "" "$(<err)"
}

test_a_waiting_command_runs_when_the_holder_is_killed()
{
    hold x
    "$tool" run x -- touch ran &
    local waiter=$!
    eventually grep -q '"tail":{' locks/.x.lock
    kill -KILL "$holder"
    ends_with 0 "$waiter"
    test -e ran
}

test_kill_9_of_run_kills_the_command_and_frees_the_lock()
{
    # shellcheck disable=SC2016 # for the inner shell
    "$tool" run x -- sh -c 'trap "" HUP INT TERM; echo $$ >pid; while :; do sleep 1000; done' &
    local run=$!
    eventually has_text pid
    local command
    command=$(<pid)
    is_held_by x "$run"
    is_running "$command"
    kill -KILL "$run"
    eventually is_gone "$command"
    eventually is_free x
    exits_with 0 "$tool" run --no-wait x -- true
}

test_a_stopped_run_keeps_its_lock()
{
    hold x
    kill -STOP "$holder"
    eventually is_stopped "$holder"
    exits_with 75 "$tool" run --no-wait x -- true 2>err
    "$tool" status x | grep -q '^  verified:      no, it did not answer$'
    kill -CONT "$holder"
    eventually sh -c "'$tool' status x | grep -q '^  verified:      yes'"
    let_go
}

test_a_lock_that_is_taken_away_ends_the_command_and_gives_69()
{
    # shellcheck disable=SC2016 # for the inner shell
    "$tool" run x -- sh -c 'trap "echo terminated >end; exit 0" TERM
        echo $$ >pid; while :; do sleep 0.05; done' 2>err &
    local first=$!
    eventually has_text pid
    # While it is stopped it cannot put its record back.
    kill -STOP "$first"
    eventually is_stopped "$first"
    rm locks/.x.lock
    hold x
    kill -CONT "$first"
    ends_with 69 "$first"
    has_line end terminated
    grep -q "^socketlock: x was taken away while the command was running and is now held by PID \
$holder on port [0-9]* since .*: sending SIGTERM to the command$" err
    same "lines on standard error" 1 "$(wc -l <err)"
    is_held_by x "$holder"
    let_go
}

test_closed_standard_streams_do_no_harm()
{
    hold x
    exits_with 75 "$tool" run --no-wait x -- true <&- >&- 2>&-
    let_go
    exits_with 127 "$tool" run x -- no-such-command <&- >&- 2>&-
    # Nothing else takes their places in run, and the command finds them closed.
    # shellcheck disable=SC2016 # for the inner shell
    "$tool" run x -- sh -c 'readlink "/proc/$PPID/fd/2" >out' 2>&-
    same "standard error of run" /dev/null "$(<out)"
    # shellcheck disable=SC2016 # for the inner shell
    exits_with 0 "$tool" run x -- sh -c 'test ! -e /proc/$$/fd/2 && "$0" status x >out' "$tool" 2>&-
    is_free x
    grep -q '^{"port":0,' locks/.x.lock
}

test_two_names_and_two_directories_are_locks_of_their_own()
{
    hold x
    exits_with 0 "$tool" run --no-wait X -- true
    exits_with 0 "$tool" --lock-dir other run --no-wait x -- true
    exits_with 0 "$tool" run --lock-dir=other --no-wait x -- true
    SOCKETLOCK_DIR=third exits_with 0 "$tool" run --no-wait x -- true
    test -f other/.x.lock
    test -f third/.x.lock
    exits_with 75 "$tool" run --lock-dir "$PWD/locks" --no-wait x -- true 2>err
    let_go
}

test_any_name_is_one_lock_and_stays_in_its_directory()
{
    local name
    for name in 'a b' $'line\nbreak' '100%' '../x' '/etc/passwd' '.' '-dash' 'ä€😀' 'back\slash' \
        "$(printf 'n%.0s' {1..200})"; do
        # shellcheck disable=SC2016 # for the inner shell
        "$tool" run -- "$name" -- sh -c 'printf %s "$SOCKETLOCK_NAME" >name
            "$0" run --no-wait -- "$SOCKETLOCK_NAME" -- true 2>err; echo $? >code' "$tool"
        same SOCKETLOCK_NAME "$name" "$(<name)"
        same "exit code of the second" 75 "$(<code)"
        same "lines on standard error" 1 "$(wc -l <err)"
        exits_with 1 "$tool" status -- "$name" >out
        same "lines on standard output" 1 "$(wc -l <out)"
    done
    test ! -e x
    same "lock files" 10 "$(find . -name '.*.lock' -path './locks/*' | wc -l)"
}

run_tests
