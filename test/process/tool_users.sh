#!/usr/bin/env bash
# Copyright (c) 2026 The socketlock authors
# SPDX-License-Identifier: BSL-1.0

# The program, used by several users: who shares a lock, and who is told what is in the way.

# shellcheck disable=SC2031 # each test has a shell of its own
set -uo pipefail
# shellcheck source=test/process/tool/harness.sh
. "$(dirname "$0")/tool/harness.sh"

# Numbers do: nobody has to be known by name.
alice=54321 bob=54322 crowd=54323

# as USER COMMAND...: in the group `crowd`, with a umask that keeps others out.
as()
{
    local user=$1
    shift
    (umask 077 && exec setpriv "--reuid=$user" "--regid=$user" "--groups=$crowd" -- "$@")
}

# needs_users: and a program that all of them may execute.
needs_users()
{
    ((EUID == 0)) || skip "needs root"
    chmod a+rx "$PWD"
    as "$alice" "$tool" --version >out 2>&1 || skip "needs a program that others may execute"
}

# is_told CODE TEXT COMMAND...: ends with the code and says the text.
is_told()
{
    local code=$1 text=$2
    shift 2
    exits_with "$code" "$@" >out 2>err
    if ! grep -qF -- "$text" err; then
        echo "not '$text': $(<err)" >&2
        return 1
    fi
}

# hold_as USER NAME: holds a lock in the background; sets holder to the process's id.
hold_as()
{
    as "$1" "$tool" run "$2" -- sleep 1000 &
    eventually is_held "$2"
    holder=$(field "$("$tool" status --json "$2")" pid)
}

shared_directory()
{
    mkdir locks
    chown "0:$crowd" locks
    chmod "$1" locks
}

test_users_of_a_group_share_a_lock()
{
    needs_users
    shared_directory 2770
    local first second
    for first in 0 $alice $bob; do
        rm -f locks/.x.lock
        for second in $alice $bob 0; do
            exits_with 0 as "$first" "$tool" run x -- true
            same mode 660 "$(stat -c %a locks/.x.lock)"
            exits_with 75 as "$first" "$tool" run x -- \
                setpriv --reuid="$first" "$tool" run --no-wait x -- true 2>err
            exits_with 0 as "$second" "$tool" run x -- true
            exits_with 1 as "$second" "$tool" status x >out
        done
    done
    hold_as "$alice" x
    is_told 75 "x is held by PID " as "$bob" "$tool" run --no-wait x -- true
    as "$bob" "$tool" status x | grep -q "verified:      yes"
    kill "$holder"
    eventually is_gone "$holder"
}

test_mode_makes_files_for_others()
{
    needs_users
    shared_directory 1777
    exits_with 0 as "$alice" "$tool" run --mode 0666 x -- true
    same mode 666 "$(stat -c %a locks/.x.lock)"
    exits_with 0 as "$bob" "$tool" run --mode=666 x -- true
    exits_with 0 "$tool" run --mode 0666 x -- true
    exits_with 0 as "$alice" "$tool" run --mode 600 mine -- true
    same mode 600 "$(stat -c %a locks/.mine.lock)"
}

test_a_mode_that_makes_no_sense_gives_64()
{
    local mode
    for mode in rw 0o660 8 '' 66x -660 99999999999999; do
        is_told 64 "--mode" "$tool" run "--mode=$mode" x -- touch ran
    done
    for mode in 644 640 664 604 0 400 200 060 2660 1666 777 700; do
        is_told 64 "choose 0600, 0660 or 0666" "$tool" run --mode $mode x -- touch ran
    done
    test ! -e ran
    test ! -e locks
}

test_a_mixed_crowd_is_told_whose_file_is_in_the_way()
{
    needs_users
    shared_directory 1777
    exits_with 0 as "$alice" "$tool" run x -- true
    local owner="$PWD/locks/.x.lock belongs to UID $alice and GID $alice and has mode 0600"
    local rule="; this process runs as UID $bob; the lock directory is named by SOCKETLOCK_DIR)"
    is_told 77 "($owner$rule" as "$bob" "$tool" run --mode 666 --no-wait x -- true
    is_told 77 "($owner$rule" as "$bob" "$tool" status x
    is_told 77 "($owner$rule" as "$bob" "$tool" wait x
    is_told 77 "($owner$rule" as "$bob" "$tool" list
    is_told 77 "; the lock directory is named by lock_dir or --lock-dir)" \
        as "$bob" "$tool" run --lock-dir "$PWD/locks" --no-wait x -- true

    # The lock file is for all, but the holder's presence is not.
    chmod 666 locks/.x.lock
    hold_as "$alice" x
    is_told 77 ".presence belongs to UID $alice and GID $alice and has mode 0600$rule" \
        as "$bob" "$tool" run --mode 666 --no-wait x -- true
    kill "$holder"
    eventually is_gone "$holder"
}

test_a_directory_in_the_way_is_named()
{
    needs_users
    shared_directory 0700
    local as_bob="; this process runs as UID $bob; "
    is_told 77 "($PWD/locks belongs to UID 0 and GID $crowd and has mode 0700$as_bob" \
        as "$bob" "$tool" run x -- true
    is_told 77 "($PWD/locks belongs to UID 0 and GID $crowd and has mode 0700$as_bob" \
        as "$bob" "$tool" list
    chmod 0755 locks
    is_told 77 "($PWD/locks belongs to UID 0 and GID $crowd and has mode 0755$as_bob" \
        as "$bob" "$tool" run x -- true
    is_told 77 "($PWD/locks/sub does not exist, and $PWD/locks belongs to UID 0 " \
        as "$bob" "$tool" run --lock-dir locks/sub/sub x -- true
    chmod 0700 .
    chmod 0777 locks
    # Of what is above it, too.
    is_told 77 "($PWD belongs to UID 0 and GID " as "$bob" "$tool" run x -- true
}

test_an_insecure_directory_says_why_it_is_one()
{
    needs_users
    unset SOCKETLOCK_DIR
    export XDG_RUNTIME_DIR=$PWD/runtime
    local directory=$XDG_RUNTIME_DIR/socketlock
    local rule="; this process runs as UID 0; the lock directory is the default one in XDG_RUNTIME_DIR)"
    mkdir runtime elsewhere
    ln -s ../elsewhere "$directory"
    is_told 78 "($directory is a symbolic link$rule" "$tool" run x -- true
    rm "$directory"
    mkdir -m 0770 "$directory"
    is_told 78 "mode 0770, so that others may write to it$rule" "$tool" run x -- true
    is_told 78 "mode 0770, so that others may write to it$rule" "$tool" list
    chmod 0700 "$directory"
    chown "$alice" "$directory"
    is_told 78 "($directory belongs to UID $alice and GID " "$tool" status x
    is_told 78 "so that it is somebody else's$rule" "$tool" wait x

    # A runtime directory of somebody else counts as none.
    chown "$alice" runtime
    mkdir temporary
    export TMPDIR=$PWD/temporary
    exits_with 0 "$tool" run x -- true
    test -f temporary/socketlock-0/.x.lock
    chmod 0707 temporary/socketlock-0
    is_told 78 "since XDG_RUNTIME_DIR names no directory of this user's)" "$tool" run x -- true
}

test_a_set_user_id_program_does_not_believe_the_environment()
{
    needs_users
    cp "$tool" program
    chown "$alice:$alice" program
    chmod 4755 program
    mkdir -m 0777 chosen temporary
    export SOCKETLOCK_DIR=$PWD/chosen TMPDIR=$PWD/temporary XDG_RUNTIME_DIR=$PWD/chosen
    ./program --version >out 2>&1 || skip "the program cannot be run as a set-user-ID one"
    exits_with 0 "$tool" list --json >out
    grep -qF "\"lock_dir\":\"$PWD/chosen\"" out
    chown "$alice" chosen
    exits_with 0 ./program list --json >out
    if grep -q '"lock_dir":"/tmp/socketlock-0"' out; then
        skip "set-user-ID does not work here"
    fi
    grep -qF "\"lock_dir\":\"/tmp/socketlock-$alice\"" out
}

run_tests
