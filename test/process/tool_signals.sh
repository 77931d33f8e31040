#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# socketlock run: signals and terminals.

set -uo pipefail
# shellcheck source=test/process/tool/harness.sh
. "$(dirname "$0")/tool/harness.sh"

# A command that writes down what signals it gets until SIGTERM ends it with 40. Its shell is
# started with all of them at their defaults: in the background a shell ignores SIGINT and SIGQUIT.
# shellcheck disable=SC2054 # one list for env
defaults=(env --default-signal=HUP,INT,QUIT,TERM,USR1,USR2)
listener='trap "echo HUP >>got" HUP; trap "echo INT >>got" INT; trap "echo QUIT >>got" QUIT
    trap "echo USR1 >>got" USR1; trap "echo USR2 >>got" USR2; trap "echo TERM >>got; exit 40" TERM
    echo $$ >pid; while :; do sleep 0.02; done'

# on_terminal COMMAND...: runs a shell command on a terminal, whose output goes to the file `shown`
# and whose input is what is written to descriptor 7. Sets terminal to the process's id.
on_terminal()
{
    mkfifo keyboard
    # Not every shell outlives a SIGQUIT of the terminal's while it waits for a command: bash does.
    SHELL=$BASH "${defaults[@]}" script -qefc "$1" /dev/null <keyboard >shown 2>&1 &
    terminal=$!
    exec 7>keyboard
}

test_each_signal_is_passed_on_once()
{
    "${defaults[@]}" "$tool" run x -- bash -c "$listener" &
    local run=$! signal
    eventually has_text pid
    for signal in HUP INT QUIT USR1 USR2; do
        kill -"$signal" "$run"
        eventually has_line got "$signal"
    done
    kill -TERM "$run"
    ends_with 40 "$run"
    same signals "HUP INT QUIT USR1 USR2 TERM" "$(paste -sd ' ' got)"
    is_free x
}

test_a_command_that_is_ended_by_a_signal_passed_on_gives_128_and_its_number()
{
    local signal
    for signal in HUP INT QUIT TERM USR1 USR2; do
        rm -f pid
        # shellcheck disable=SC2016 # for the inner shell
        "${defaults[@]}" "$tool" run x -- sh -c 'ulimit -c 0; echo $$ >pid; exec sleep 1000' &
        local run=$!
        eventually has_text pid
        kill -"$signal" "$run"
        ends_with $((128 + $(kill -l "$signal"))) "$run"
    done
    is_free x
}

test_ignored_and_blocked_signals_reach_the_command_as_they_were()
{
    local show="^Sig(Blk|Ign|Cgt)" how
    for how in --default-signal --ignore-signal=HUP --ignore-signal=INT,QUIT,PIPE,USR1 \
        --ignore-signal=CHLD --block-signal=TERM --block-signal=CHLD,USR2; do
        env "$how" grep -E "$show" /proc/self/status >direct
        timeout -s KILL 180 env "$how" "$tool" run x -- grep -E "$show" /proc/self/status >inside
        same "signals with $how" "$(<direct)" "$(<inside)"
    done
}

test_under_nohup_the_command_goes_on()
{
    "${defaults[@]}" nohup "$tool" run x -- bash -c "$listener" >/dev/null 2>&1 &
    local run=$!
    eventually has_text pid
    kill -HUP "$run"
    kill -USR1 "$run"
    eventually has_line got USR1
    kill -TERM "$run"
    ends_with 40 "$run"
    same signals "USR1 TERM" "$(paste -sd ' ' got)"

    hold x
    "${defaults[@]}" nohup "$tool" run x -- touch ran >/dev/null 2>&1 &
    run=$!
    eventually grep -q "\"pid\":$run}" locks/.x.lock
    kill -HUP "$run"
    let_go
    ends_with 0 "$run"
    test -e ran
}

test_a_waiting_run_ends_by_the_signal_and_leaves_the_queue_to_others()
{
    hold x
    local signal
    for signal in HUP INT TERM USR1; do
        "${defaults[@]}" "$tool" run x -- touch ran &
        local waiter=$!
        eventually grep -q "\"pid\":$waiter}" locks/.x.lock
        kill -"$signal" "$waiter"
        ends_with $((128 + $(kill -l "$signal"))) "$waiter"
    done
    "$tool" run x -- touch next &
    local waiter=$!
    eventually grep -q "\"pid\":$waiter}" locks/.x.lock
    let_go
    ends_with 0 "$waiter"
    test -e next
    test ! -e ran
}

test_control_c_reaches_the_command_once()
{
    echo "$listener" >listener
    # Not by exec: `script` stops when its child does.
    on_terminal "'$tool' run x -- bash listener; exit \$?"
    eventually has_text pid
    local run
    run=$(field "$("$tool" status --json x)" pid)
    # While run is stopped nothing is passed on: what comes now is the terminal's.
    kill -STOP "$run"
    printf '\003' >&7
    eventually has_line got INT
    printf '\034' >&7
    eventually has_line got QUIT
    kill -CONT "$run"
    # This comes behind what run may have made of the others.
    kill -USR1 "$run"
    eventually has_line got USR1
    # What a process sends is passed on, on a terminal too. One by one: bash loses signals.
    kill -INT "$run"
    eventually has_lines got 4
    kill -TERM "$run"
    ends_with 40 "$terminal"
    same signals "INT QUIT USR1 INT TERM" "$(paste -sd ' ' got)"
}

test_on_a_terminal_run_shows_whom_it_waits_for()
{
    hold x
    on_terminal "stty cols 200; '$tool' run x -- echo done; '$tool' run y -- echo end"
    eventually grep -qE "socketlock: waiting 0:0[0-9]; x is held by PID $holder on port [0-9]+ since 20" \
        shown
    let_go
    eventually grep -q end shown
    ends_with 0 "$terminal"
    # The line is wiped out before the command's output.
    tr '\r' '\n' <shown | grep -qx 'done'
    same "lines about y" "" "$(grep 'waiting.* y ' shown || true)"
}

test_on_a_terminal_run_shows_no_place_in_the_queue_that_is_not_known()
{
    hold x
    "$tool" run x -- true &
    local first=$!
    eventually grep -q '"tail":{' locks/.x.lock
    on_terminal "stty cols 200; '$tool' run x -- echo done"
    eventually grep -q "socketlock: waiting 0:0[0-9]; x is held by PID $holder" shown
    same "lines with a place" "" "$(grep -E 'ahead|next in' shown || true)"
    let_go
    ends_with 0 "$first"
    ends_with 0 "$terminal"
}

test_on_a_terminal_run_shows_that_it_is_next()
{
    hold x
    on_terminal "stty cols 200; '$tool' run x -- echo done"
    eventually grep -q "socketlock: waiting .* (next in the queue)" shown
    let_go
    ends_with 0 "$terminal"
}

test_on_a_narrow_terminal_the_line_is_cut()
{
    hold x
    on_terminal "stty cols 40; '$tool' run x -- echo done"
    eventually grep -q "socketlock: waiting 0:0[0-9]; x is" shown
    let_go
    ends_with 0 "$terminal"
    same "longest line" 39 "$(tr '\r' '\n' <shown | wc -L)"
}

test_control_c_ends_a_waiting_run()
{
    hold x
    on_terminal "exec '$tool' run x -- touch ran"
    eventually grep -q "socketlock: waiting" shown
    printf '\003' >&7
    ends_with 130 "$terminal"
    test ! -e ran
    let_go
}

test_in_the_background_of_a_terminal_run_shows_nothing()
{
    hold x
    on_terminal "bash -mc '\"$tool\" run x -- touch ran & until test -e go; do sleep 0.02; done; wait'"
    eventually grep -q '"tail":{' locks/.x.lock
    # A waiter in the foreground, which begins later, shows it.
    # shellcheck disable=SC2016 # for the inner shell
    script -qefc "'$tool' wait x" /dev/null </dev/null >shown2 2>&1 &
    local other=$!
    eventually grep -q "socketlock: waiting 0:0[0-9]; x is held by PID $holder" shown2
    let_go
    ends_with 0 "$other"
    eventually test -e ran
    touch go
    ends_with 0 "$terminal"
    same "lines about x" "" "$(grep waiting shown || true)"
}

run_tests
