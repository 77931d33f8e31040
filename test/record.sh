#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: record.sh DIRECTORY NAME boost|script SECONDS COMMAND...
#
# Runs a test, stops it if it hangs, and writes what came of each of its cases to
# DIRECTORY/NAME.cases: lines "ok CASE", "not ok CASE" and "skip CASE". A test that crashes, or that
# has to be stopped, has at least one line "not ok". It hangs after SECONDS, or after
# $SOCKETLOCK_HANG_SECONDS if those are fewer.
#   boost    COMMAND is a Boost.Test executable
#   script   COMMAND prints such lines itself; one that prints none is a single case

set -uo pipefail

directory=$1 name=$2 kind=$3 seconds=$4
shift 4
mkdir -p "$directory" || exit 1
cases=$directory/$name.cases
log=$directory/$name.log
((${SOCKETLOCK_HANG_SECONDS:-$seconds} >= seconds)) || seconds=$SOCKETLOCK_HANG_SECONDS
output=$directory/$name.output
echo "not ok $name (did not end)" >"$cases" # in case that this script is killed
rm -f "$log" "$output"

prefix=(timeout --kill-after=10 "$seconds")
if [[ ${SOCKETLOCK_SANITIZE-} == *thread* ]] && setarch -R true 2>/dev/null; then
    # ThreadSanitizer cannot live with the address layout of newer kernels.
    prefix+=(setarch -R)
fi

# Prints the cases that a Boost.Test executable would run, one per line.
boost_list()
{
    # A star says that a suite or case is enabled; it is a case if the next one is not deeper.
    "${prefix[@]}" "$@" --list_content=HRF 2>&1 | awk '
        !/[*](: .*)?$/ { next }
        { match($0, /^ */); if (previous != "" && RLENGTH <= depth) print previous }
        { depth = RLENGTH; previous = $0 }
        END { if (previous != "") print previous }'
}

# Turns a Boost.Test log into lines of cases. The log is written while the test runs, so that after a
# crash it still says what came before.
boost_cases()
{
    awk '
        function quoted(text) { match(text, /"[^"]*"/); return substr(text, RSTART + 1, RLENGTH - 2) }
        function path(leaf,    i, text) {
            for (i = 1; i <= deep; ++i) text = text suites[i] "/"
            return text leaf
        }
        /Entering test suite "/ { suites[++deep] = quoted($0); next }
        /Leaving test suite "/ { --deep; next }
        /Entering test case "/ { current = path(quoted($0)); bad = 0; next }
        /Leaving test case "/ {
            print (bad ? "not ok " : "ok ") current
            current = ""
            next
        }
        /Test case ".*" is skipped because/ {
            why = $0
            sub(/.* is skipped because /, "", why)
            print "skip " quoted($0) " (" why ")"
            next
        }
        /: (fatal )?error: in "/ { if (current != "") bad = 1; else outside = 1 }
        END {
            if (current != "") print "not ok " current " (did not end)"
            if (outside) print "not ok (outside of any case)"
        }' "$1"
}

status=0
case $kind in
boost)
    "${prefix[@]}" "$@" --color_output=no --logger="HRF,test_suite,$log" || status=$?
    touch "$log"
    ((status == 0)) || grep -vE '(Entering|Leaving) test (module|suite|case) "' "$log"
    boost_cases "$log" >"$cases"
    if ((status != 0)); then
        expected=$(boost_list "$@" | wc -l)
        seen=$(grep -vc '^skip .* (disabled)$' "$cases")
        for ((; seen < expected; ++seen)); do
            echo "not ok $name (a case that was not reached)" >>"$cases"
        done
    fi
    ;;
script)
    "${prefix[@]}" "$@" 2>&1 | tee "$output"
    status=${PIPESTATUS[0]}
    grep -E '^(ok|not ok|skip) ' "$output" >"$cases"
    if [[ ! -s $cases ]] && ((status == 0)); then
        echo "ok $name" >"$cases"
    fi
    ;;
*)
    echo "record.sh: unknown kind $kind" >&2
    exit 2
    ;;
esac

if ((status == 124 || status == 137)) && [[ $kind == script ]]; then
    echo "not ok $name (stopped after $seconds s, or killed)" >>"$cases"
elif ((status != 0)) && ! grep -q '^not ok' "$cases"; then
    echo "not ok $name (exit status $status)" >>"$cases"
elif ! grep -q . "$cases"; then
    echo "not ok $name (no cases)" >>"$cases"
fi

((status == 0)) || echo "$name: exit status $status"
((status != 124 && status != 137)) || echo "$name: hung, and was stopped after $seconds s"
if grep -q '^not ok' "$cases"; then
    grep '^not ok' "$cases" | uniq -c
    exit 1
fi
