#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: example/check.sh EXPECTED COMMAND...
#
# Runs an example with a lock directory of its own, and compares what it prints with the file EXPECTED,
# line by line. There, <pid>, <port>, <time> and <token> stand for anything of that form; <pid:x> stands
# for the same value wherever it occurs, and for a value other than <pid:y>.
# Exits with 1 if anything differs or if the example fails.

set -uo pipefail

expected_file=$1
shift
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

status=0
output=$(SOCKETLOCK_DIR=$directory/locks "$@" 2>&1 </dev/null) || status=$?
printf '%s\n' "$output"

declare -A forms=(
    [pid]='[1-9][0-9]*'
    [port]='[1-9][0-9]{0,4}'
    [time]='20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'
    [token]='[1-9][0-9]{15}'
)
declare -A values=()

# matches EXPECTED ACTUAL: compares two lines, and keeps the values of names like <pid:x>.
matches()
{
    local rest=$1 regex='' names=() i name other
    while [[ $rest =~ ^([^<]*)\<(pid|port|time|token)(:[a-z]+)?\>(.*)$ ]]; do
        regex+=$(quoted "${BASH_REMATCH[1]}")"(${forms[${BASH_REMATCH[2]}]})"
        names+=("${BASH_REMATCH[2]}${BASH_REMATCH[3]}")
        rest=${BASH_REMATCH[4]}
    done
    [[ $2 =~ ^$regex$(quoted "$rest")$ ]] || return 1
    for ((i = 0; i < ${#names[@]}; ++i)); do
        name=${names[i]}
        [[ $name == *:* ]] || continue
        for other in "${!values[@]}"; do
            if [[ $other == "$name" ]]; then
                [[ ${values[$other]} == "${BASH_REMATCH[i + 1]}" ]] || return 1
            elif [[ ${other%%:*} == "${name%%:*}" ]]; then
                [[ ${values[$other]} != "${BASH_REMATCH[i + 1]}" ]] || return 1
            fi
        done
        values[$name]=${BASH_REMATCH[i + 1]}
    done
}

# Escapes a text, so that as a regular expression it matches itself.
quoted() { printf %s "$1" | sed 's/[][\.*^$+?(){}|]/\\&/g'; }

mapfile -t expected <"$expected_file" || exit 1
mapfile -t actual <<<"$output"
good=yes
((status == 0)) || { echo "the exit status is $status" >&2 && good=no; }
((${#expected[@]} > 0)) || { echo "nothing is expected" >&2 && good=no; }
for ((line = 0; line < ${#expected[@]} || line < ${#actual[@]}; ++line)); do
    if ! matches "${expected[line]-}" "${actual[line]-}"; then
        echo "line $((line + 1)) should be: ${expected[line]-nothing}" >&2
        good=no
    fi
done
[[ $good == yes ]]
