#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# A waiter sleeps until it is woken, and a holder sleeps, too: in three seconds strace sees nothing of
# them but the safety net, a look at the record.

set -uo pipefail
# shellcheck source=test/process/tool/harness.sh
. "$(dirname "$0")/tool/harness.sh"

: "${SOCKETLOCK_PEER:?is the path of lock_peer}"
peer_program=$(readlink -f "$SOCKETLOCK_PEER")

if [[ -n ${SOCKETLOCK_SANITIZE-} ]]; then
    echo "skip waiting_silence (sanitizers make system calls of their own)"
    exit 0
fi
if ! strace -o /dev/null -- true 2>/dev/null; then
    echo "skip waiting_silence (strace does not work here)"
    exit 0
fi

# Of a lock_peer: start_peer; then tell it commands and read its answers.
start_peer()
{
    coproc peer { exec "$peer_program"; }
    # shellcheck disable=SC2154 # set by coproc
    peer_pid=$peer_PID
}

hear()
{
    local line
    read -r -t 20 -u "${peer[0]}" line
    same "answer of the peer" "$1" "$line"
}

tell()
{
    echo "$1" >&"${peer[1]}"
    hear "$2"
}

# sleeps_everywhere PID: all of its threads wait for something. The state comes after the name.
sleeps_everywhere()
{
    ! sed 's/.*) //' "/proc/$1"/task/*/stat | grep -qv '^S'
}

# watch PID FILE: has strace write what each of its threads calls in at least three seconds.
watch()
{
    eventually sleeps_everywhere "$1"
    strace -f -qq -e signal=none -p "$1" -o "$2" &
    local tracer=$!
    eventually has_lines_of_all_threads "$1" "$2"
    # The time for which nothing is to happen.
    sleep 3
    [[ $# == 2 ]] || eventually grep -qE "$3" "$2"
    kill "$tracer"
    exits_with 143 wait "$tracer"
}

# The calls that are under way are shown at once.
has_lines_of_all_threads()
{
    local threads=("/proc/$1"/task/*)
    [[ -e $2 ]] && (($(awk '{ seen[$1] } END { print length(seen) }' "$2") == ${#threads[@]}))
}

# calls FILE: a line "THREAD CALL" for each but those that were under way at the beginning. A wait
# of these may be interrupted by the watching itself, and begins again then.
calls()
{
    awk '{ sub(/\(.*/, "", $2) }
        $2 == "<..." { next }
        !($1 in first) { first[$1]; next }
        $2 ~ /^(epoll_p?wait2?|restart_syscall)$/ && !($1 in again) { again[$1]; next }
        { print $1, $2 }' "$1"
}

expect_silence() { same "calls in $1" "" "$(calls "$1" | sort | uniq -c)"; }

# A look at the record, the test of the holder's presence, and the timer for the next look.
safety_net='^[0-9]+ (epoll_p?wait2?|timerfd_settime|fcntl|pread(64)?|getpid|(newf)?statx?(at)?|'
safety_net+='[lf]?stat(at64)?|openat|close)$'
look='pread(64)?\('

# expect_only_the_safety_net PID FILE
expect_only_the_safety_net()
{
    local looks
    same "calls of the main thread" "" "$(calls "$2" | awk -v pid="$1" '$1 == pid')"
    same "calls of other kinds" "" "$(calls "$2" | awk -v net="$safety_net" '$0 !~ net' | sort -u)"
    looks=$(awk -v look="$look" '$0 ~ look { ++n } END { print n + 0 }' "$2")
    if ((looks > 2 || $(calls "$2" | wc -l) > looks * 16)); then
        echo "$looks looks at the record, and these calls:" >&2
        calls "$2" | sort | uniq -c >&2
        return 1
    fi
}

test_who_waits_makes_no_calls_but_for_the_safety_net_and_whom_he_waits_for_none()
{
    start_peer
    tell "open 1 x $PWD/locks" ok
    tell "lock 1" yes
    tell "async_wait_contended 1" started
    "$tool" run x -- touch ran &
    local waiter=$!
    hear "* 1 contended"
    watch "$waiter" waiter "$look" &
    local watching=$!
    watch "$peer_pid" holder
    wait "$watching"
    expect_only_the_safety_net "$waiter" waiter
    expect_silence holder
    test ! -e ran
    tell "unlock 1" ok
    ends_with 0 "$waiter"
    test -e ran
}

test_a_hundred_who_wait_in_one_process_make_no_calls_but_for_their_safety_nets()
{
    hold x
    start_peer
    local i first
    first=$(sed -n 's/.*"next_ticket":\([0-9]*\).*/\1/p' locks/.x.lock)
    for i in {1..100}; do
        tell "open $i x $PWD/locks" ok
        tell "async_lock $i" started
    done
    # The last of them is in the queue.
    eventually grep -q "\"next_ticket\":$((first + 100))[,}]" locks/.x.lock
    watch "$peer_pid" waiters "$look"
    # A hundred looks at once take some memory the first time.
    same "calls of other kinds" "" "$(
        calls waiters | awk -v net="$safety_net" '$0 !~ net && $2 != "mprotect"' | sort -u
    )"
    (($(calls waiters | grep -c mprotect) <= 4))
    # One for each, or two where the watching took long enough.
    (($(grep -cE "$look" waiters) <= 200))
    let_go
    hear "* 1 locked"
}

test_who_holds_what_nobody_wants_makes_no_call_and_who_has_unlocked_neither()
{
    start_peer
    tell "open 1 x $PWD/locks" ok
    tell "lock 1" yes
    hold y
    watch "$holder" other &
    local watching=$!
    watch "$peer_pid" holder
    wait "$watching"
    expect_silence holder
    expect_silence other
    tell "unlock 1" ok
    watch "$peer_pid" idle
    expect_silence idle
    let_go
}

# onlooker FILE: `wait x` is asleep, and strace writes its sleep and what ends it.
onlooker()
{
    strace -qq -e trace=poll -e signal=none -o "$1" "$tool" wait x &
    looking_on=$!
    eventually grep -qs ', 3000' "$1"
}

sleeps_again() { (($(grep -c ', 3000' "$1") >= 2)); }

# ends_of_sleep FILE: what has ended each of these sleeps: "file", "holder" or something else.
ends_of_sleep()
{
    sed -nE '/, 3000\)/ {
        s/.*\{fd=([0-9]+), events=POLLIN\}, \{fd=.* = 1 \(\[\{fd=\1, revents=POLLIN\}\]\)$/file/
        s/.*\{fd=([0-9]+), events=POLLIN\}\], .* = 1 \(\[\{fd=\1, revents=POLLIN(\|POLLHUP)?\}\]\)$/holder/
        s/.* = //
        p
    }' "$1"
}

test_who_looks_on_sleeps_until_the_lock_file_changes_or_the_holder_ends()
{
    start_peer
    tell "open 1 x $PWD/locks" ok
    tell "lock 1" yes
    onlooker unlocked
    tell "unlock 1" ok
    ends_with 0 "$looking_on"
    same "end of the sleep" file "$(ends_of_sleep unlocked | tail -1)"

    tell "lock 1" yes
    onlooker removed
    mv locks/.x.lock elsewhere
    # The holder puts it back.
    eventually sleeps_again removed
    is_running "$looking_on"
    tell "unlock 1" ok
    ends_with 0 "$looking_on"
    same "end of the first sleep" file "$(ends_of_sleep removed | head -1)"
    same "end of the last sleep" file "$(ends_of_sleep removed | tail -1)"

    hold x
    onlooker killed
    kill -KILL "$holder"
    ends_with 0 "$looking_on"
    same "end of the sleep" holder "$(ends_of_sleep killed | tail -1)"
}

run_tests
