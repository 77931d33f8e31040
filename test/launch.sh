#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# usage: launch.sh EXECUTABLE|SCRIPT [ARGUMENT...] [HELPER...]
#
# What b2 starts a test by: sets its environment, and stops it if it hangs. b2 names the helpers
# that a test needs at the end of the command; they are told to the test in environment variables.

set -uo pipefail

limit=1200 # seconds: a slow or busy machine never needs them
command=()
for word in "$@"; do
    helper=
    if ((${#command[@]})); then
        case ${word##*/} in
        socketlock) helper=SOCKETLOCK_TOOL ;;
        lock_peer) helper=SOCKETLOCK_PEER ;;
        library_copy.*) helper=SOCKETLOCK_LIBRARY_COPY ;;
        esac
    fi
    if [[ $helper ]]; then
        export "$helper=$(readlink -f "$word")"
    else
        command+=("$word")
    fi
done
[[ ${command[0]} != *.sh ]] || command=(bash "${command[@]}")

prefix=()
if [[ ${SOCKETLOCK_SANITIZE-} ]]; then
    limit=1800
    # A child of a fork may use the library, which starts a thread there. A process that ends does
    # not sleep for a second, holding its locks.
    options=die_after_fork=0:report_thread_leaks=0:atexit_sleep_ms=0:halt_on_error=1:second_deadlock_stack=1
    options+=:suppressions=$(dirname "$0")/tsan.supp
    export TSAN_OPTIONS=${TSAN_OPTIONS-$options}
    export ASAN_OPTIONS=${ASAN_OPTIONS-detect_stack_use_after_return=0:strict_string_checks=1}
    options=print_suppressions=0:suppressions=$(dirname "$0")/lsan.supp
    export LSAN_OPTIONS=${LSAN_OPTIONS-$options}
    export UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1}
    if [[ $SOCKETLOCK_SANITIZE == *thread* ]] && setarch -R true 2>/dev/null; then
        # ThreadSanitizer cannot live with the address layout of newer kernels.
        prefix+=(setarch -R)
    fi
fi
((${SOCKETLOCK_HANG_SECONDS:-$limit} >= limit)) || limit=$SOCKETLOCK_HANG_SECONDS
exec timeout --kill-after=10 "$limit" ${prefix+"${prefix[@]}"} "${command[@]}"
