#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: test/fuzz/run.sh [SECONDS]
#
# Builds the fuzzers with clang++, and runs each for so many seconds (else a minute), as many at once
# as there are processors, beginning with its corpus in test/fuzz/corpus. What they find is left in
# build-ci-fuzz/found; its name begins with the fuzzer's. To see it again:
#
#   build-ci-fuzz/test/fuzz_NAME build-ci-fuzz/found/NAME-...
#
# Ends with the line "N passed, N failed".

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=test/packages.sh
. test/packages.sh

seconds=${1:-60}
build="build-ci-fuzz"
names=(record presence frame message)

finish()
{
    echo "$1 passed, $2 failed"
    (($2 == 0))
    exit
}

install_packages "${build_packages[@]}" "${test_packages[@]}" "${ci_packages[@]}" || finish 0 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! { cmake --preset ci-fuzz && cmake --build --preset ci-fuzz; } >"$work/build" 2>&1; then
    cat "$work/build"
    finish 0 1
fi

# fuzz NAME: the last line of its log is the result.
fuzz()
{
    local name=$1 log=$work/$1.log how
    mkdir -p "$work/$name" "$build/found"
    # What it learns is put into the first directory. A slow machine is no finding.
    how=(-max_total_time="$seconds" -max_len=4400 -timeout=120 -print_final_stats=1)
    if "$build/test/fuzz_$name" "${how[@]}" -artifact_prefix="$build/found/$name-" \
        "$work/$name" "test/fuzz/corpus/$name" >"$log" 2>&1; then
        echo "ok fuzz/$name ($(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs," \
            "$(find "$work/$name" -type f | wc -l) new paths)" >>"$log"
    else
        echo "not ok fuzz/$name" >>"$log"
    fi
}

running=0
for name in "${names[@]}"; do
    ((running < $(nproc))) || wait -n
    running=$((running + 1))
    fuzz "$name" &
done
wait

passed=0 failed=0
for name in "${names[@]}"; do
    result=$(tail -n 1 "$work/$name.log")
    if [[ $result == ok* ]]; then
        passed=$((passed + 1))
    else
        tail -n 40 "$work/$name.log"
        failed=$((failed + 1))
    fi
    echo "$result"
done
finish "$passed" "$failed"
