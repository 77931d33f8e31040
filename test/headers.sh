#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: test/headers.sh
#
# Each header compiles on its own, twice in one file and without warnings; those for users also
# header-only. In the compiled mode the umbrella includes nothing of what the library keeps to
# itself, and costs at most 1.1 times as much as <boost/asio.hpp>. The program includes public headers
# only. Prints "ok NAME" or "not ok NAME" for each. $CXX and $CPPFLAGS are heeded.

set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

limit=110 # percent of the time that <boost/asio.hpp> takes
runs=7    # of each of the two; an odd number

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# The compiler, looking at C++17.
compile=("${CXX:-g++}" -std=c++17 -Iinclude)
read -ra flags <<<"${CPPFLAGS-}"
compile+=(${flags+"${flags[@]}"})
warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -DBOOST_ASIO_NO_DEPRECATED)
separate=-DSOCKETLOCK_SEPARATE_COMPILATION

# report STATUS NAME: prints what came of a check.
report()
{
    if (($1 == 0)); then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

# check_header NAME FLAG...: prints what the compiler says; its last line is the result.
check_header()
{
    local header=${1#include/} name=${1#include/} source
    shift
    (($# == 0)) || name="$name header-only"
    source=$work/${name//[ \/]/-}.cpp
    printf '#include <%s>\n' "$header" "$header" >"$source"
    if "${compile[@]}" "${warnings[@]}" "${@:-$separate}" -fsyntax-only "$source" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
    fi
}

# Runs check_header with each line of its input as arguments, as many at once as there are
# processors; the output of each stays together.
check_headers()
{
    local arguments number=0 processors
    processors=$(nproc)
    while read -ra arguments; do
        ((number < processors)) || wait -n
        number=$((number + 1))
        check_header "${arguments[@]}" >"$work/$number.out" &
    done
    wait
    cat "$work"/*.out
}

public=(include/socketlock.hpp include/socketlock/*.hpp)
{
    printf '%s\n' "${public[@]}" include/socketlock/detail/*/*.hpp
    # The empty definition stands for the one that is left out.
    printf '%s -DHEADER_ONLY\n' "${public[@]}"
} | check_headers >"$work/all"
cat "$work/all"
! grep -q '^not ok' "$work/all" || failed=1

# includes_only_public_headers DIRECTORY: of the library's; prints the other includes.
includes_only_public_headers()
{
    ! grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]].*socketlock/(.*/|src\.hpp)' "$1"
}

mkdir "$work/program"
includes_only_public_headers src/tool
report $? "the program includes public headers only"
printf '#include <socketlock/detail/record/record.hpp>\n' >"$work/program/include.cpp"
! includes_only_public_headers "$work/program" >/dev/null
report $? "a program that includes others is found"

# What is included, and whether that list is worth anything.
printf '#include <socketlock.hpp>\n' >"$work/socketlock.cpp"
printf '#include <boost/asio.hpp>\n' >"$work/asio.cpp"
"${compile[@]}" "$separate" -M "$work/socketlock.cpp" >"$work/included" &&
    grep -q 'socketlock/process_lock\.hpp' "$work/included" &&
    ! grep -oE '[^ ]*(boost/(json|interprocess|container)|openssl)[./][^ ]*' "$work/included"
report $? "the umbrella includes nothing that only the library needs"

# user_time FILE: the milliseconds of processor time to compile it.
user_time()
{
    local seconds TIMEFORMAT=%U
    seconds=$({ time "${compile[@]}" "$separate" -fsyntax-only "$1" 2>"$work/errors"; } 2>&1) || {
        cat "$work/errors" >&2
        return 1
    }
    echo "${seconds/./}"
}

median()
{
    sort -n | sed -n "$(((runs + 1) / 2))p"
}

for ((run = 0; run < runs; ++run)); do
    for file in socketlock asio; do
        user_time "$work/$file.cpp" >>"$work/$file.times" || failed=1
    done
done
ours=$(median <"$work/socketlock.times") theirs=$(median <"$work/asio.times")
ours=$((10#${ours:-0})) theirs=$((10#${theirs:-0}))
ratio=$((theirs > 0 ? ours * 100 / theirs : 0))
echo "to compile <socketlock.hpp>: $ours ms, <boost/asio.hpp>: $theirs ms (medians of $runs)," \
    "that is $((ratio / 100)).$(printf %02d $((ratio % 100))) times as much"
((ratio > 0 && ratio <= limit))
report $? "the umbrella costs at most $((limit / 100)).$((limit % 100 / 10)) times as much as <boost/asio.hpp>"
exit "$failed"
