#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: test/run.sh [--preset NAME] [--quick] [--label REGEX]
#
# Installs what is missing (Debian 12, as root or with sudo), builds, runs the tests, and ends with
# the line "N passed, N failed", which counts single cases. Exits with 1 if any failed.
#   --preset NAME   the configure preset to build (see CMakePresets.json); else `default`
#   --quick         without the stress test
#   --label REGEX   only tests with such a label: pure, unit, simulation, process, script, example,
#                   stress

set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=test/packages.sh
. test/packages.sh

preset=default
select=()
while (($#)); do
    case $1 in
    --preset) preset=${2:?--preset needs a name} && shift ;;
    --quick) select+=(--label-exclude stress) ;;
    --label) select+=(--label-regex "${2:?--label needs a regex}") && shift ;;
    --help)
        sed -n '5,13s/^# \{0,1\}//p' "$0"
        exit
        ;;
    *)
        echo "test/run.sh: unknown argument $1; try --help" >&2
        exit 64
        ;;
    esac
    shift
done

# Ends the run with the one line that says what came of it.
finish()
{
    echo "$1 passed, $2 failed"
    (($2 == 0))
    exit
}

wanted=("${build_packages[@]}" "${test_packages[@]}")
[[ $preset != *clang++* ]] || wanted+=("${ci_packages[@]}")
install_packages "${wanted[@]}" || finish 0 1

build_log=$(mktemp)
trap 'rm -f "$build_log"' EXIT
jobs=$(nproc)
echo "Building preset $preset"
if ! { cmake --preset "$preset" >"$build_log" 2>&1 &&
    cmake --build --preset "$preset" --parallel "$jobs" >>"$build_log" 2>&1; }; then
    cat "$build_log"
    finish 0 1
fi

# The directory is named by the preset; CMake says where it has put it.
build=$(sed -n 's/^-- Build files have been written to: //p' "$build_log" | tail -n 1)
results=$build/test-results
rm -rf "$results"
ctest --test-dir "$build" --parallel "$jobs" --no-tests=error --output-on-failure "${select[@]}" 2>&1
status=$?

[[ ! -f $results/stress.output ]] || cat "$results/stress.output"
skipped=$(cat "$results"/*.cases 2>/dev/null | grep '^skip ')
[[ -z $skipped ]] || echo "$skipped"
passed=$(cat "$results"/*.cases 2>/dev/null | grep -c '^ok ')
failed=$(cat "$results"/*.cases 2>/dev/null | grep -c '^not ok ')
# What failed without a word in the results, as a test that was not even started.
if ((status != 0 && failed == 0)); then
    failed=1
fi
finish "$passed" "$failed"
