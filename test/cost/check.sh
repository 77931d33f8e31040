#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: check.sh PROGRAM TABLE
#
# Counts the system calls and the instructions of an operation, and fails if there are more than the
# table allows. Counts can be repeated, times cannot. Prints what it counted.

set -uo pipefail
program=$1 table=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# verdict NAME COUNTED: compares with the table.
verdict()
{
    local most
    most=$(awk -v name="$1" '$1 "/" $2 == name { print $3 }' "$table")
    if [[ -z $most ]]; then
        echo "$1: $2, of which the table knows nothing"
    elif (($2 <= most)); then
        echo "ok cost/$1 ($2, at most $most)"
        return
    else
        echo "$1: $2, at most $most"
    fi
    echo "not ok cost/$1"
    failed=1
}

# total OPERATION NUMBER: the system calls of a run of NUMBER operations, "CALL COUNT" lines.
total()
{
    local directory=$work/$1-$2
    mkdir "$directory"
    strace -qq -o "$directory/trace" "$program" "$1" "$2" "$directory/locks" || return
    sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$directory/trace" | sort | uniq -c | awk '{ print $2, $1 }'
}

# What a thousand operations more cost, so that beginning and end do not count.
count_calls()
{
    local operation=$1 call count
    total "$operation" 1000 >"$work/short" && total "$operation" 2000 >"$work/long" || return
    while read -r call count; do
        verdict "$operation/$call" $(((count + 500) / 1000)) # a few waits for another thread
    done < <(awk 'NR == FNR { short[$1] = $2; next }
        $2 - short[$1] >= 500 { print $1, $2 - short[$1] }' "$work/short" "$work/long")
}

# all_calls OPERATION NUMBER ROUND: how many system calls all processes of a run make.
all_calls()
{
    local directory=$work/$1-$2-$3
    mkdir "$directory"
    strace -f -c -o "$directory/summary" "$program" "$1" "$2" "$directory/locks" || return
    awk '$NF == "total" { print $4 }' "$directory/summary"
}

# The least of some runs, no more of them than it takes: strace makes each call slow, so that
# transactions collide that would not, and how often they do is chance, the more on a busy machine.
# Of the calls of one lock that is handed over each time, some 43, 9 come of such collisions.
count_all_calls()
{
    local operation=$1 least="" most short long calls round
    most=$(awk -v name="$operation/calls" '$1 "/" $2 == name { print $3 }' "$table")
    for round in {1..12}; do
        short=$(all_calls "$operation" 500 "$round") || return
        long=$(all_calls "$operation" 2500 "$round") || return
        calls=$(((long - short) / 2000))
        ((${least:-$calls} < calls)) || least=$calls
        ((least > ${most:-0})) || break
    done
    verdict "$operation/calls" "$least"
}

# instructions OPERATION NUMBER: those of all operations of a run.
instructions()
{
    valgrind --tool=callgrind --callgrind-out-file="$work/callgrind.%p" \
        --toggle-collect='*one_operation*' \
        "$program" "$1" "$2" "$work/$1-$2-locks" >"$work/log" 2>&1 ||
        { cat "$work/log" >&2 && return 1; }
    # Of a program that forks the child has a file, too, without such operations.
    awk '/^(summary|totals):/ { if ($2 > most) most = $2 } END { print most + 0 }' \
        "$work"/callgrind.*
    rm -f "$work"/callgrind.*
}

count_instructions()
{
    local operation=$1 short long
    short=$(instructions "$operation" 100) && long=$(instructions "$operation" 1100) || return
    verdict "$operation/instructions" $(((long - short) / 1000))
}

for operation in cycle refused; do
    if strace -o /dev/null -- true 2>/dev/null; then
        count_calls "$operation" || failed=1
    else
        echo "skip cost/$operation/calls (strace does not work here)"
    fi
    if command -v valgrind >/dev/null; then
        count_instructions "$operation" || failed=1
    else
        echo "skip cost/$operation/instructions (valgrind is not here)"
    fi
done
if strace -o /dev/null -- true 2>/dev/null; then
    count_all_calls contended || failed=1
else
    echo "skip cost/contended/calls (strace does not work here)"
fi
exit "$failed"
