// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "help.hpp"

namespace socketlock::tool {

const command_help run_help = {
    "run",
    "run a command while holding a lock",
    "run [--no-wait | --timeout S] [--conflict-exit-code N] NAME -- COMMAND...",
    R"(Takes the lock NAME, runs COMMAND, and gives the lock up when COMMAND has ended. While
somebody else holds the lock it waits, first come, first served; if its standard error is a
terminal, it shows whom it waits for.

COMMAND finds the lock's name in SOCKETLOCK_NAME, and in SOCKETLOCK_FENCING_TOKEN a number that
grows with every change of owner. It does not inherit the lock: what it leaves running in the
background runs without it.

SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 and SIGUSR2 are passed on to COMMAND, except those that
the terminal sends (Ctrl-C), which COMMAND gets by itself. If run is killed, even by SIGKILL,
COMMAND is killed with it (on Linux, and not if COMMAND is a set-user-ID program), and the lock is
free. If the lock is taken away while COMMAND runs (somebody removed the lock file, and somebody
else was faster to lock it anew), run says so, sends SIGTERM to COMMAND, and exits with 69 when
COMMAND has ended.

Exit code: that of COMMAND; 128 + N if signal N ended it; 126 if it cannot be executed; 127 if it
is not found; 75, or the one of --conflict-exit-code, if the lock was not to be had; else see
socketlock --help.
)"};

const command_help wait_help = {
    "wait",
    "wait until nobody holds a lock",
    "wait [--timeout S] NAME",
    R"(Waits until nobody holds the lock NAME, at once if nobody does. It neither takes the lock nor
queues for it, changes nothing, and needs no more than permission to read: it looks several times
a second. While others queue, the lock goes from one to the next and is not free in between. As
soon as it is free anybody may lock it: to do something while nobody else does, use run.

Exit code: 0 if the lock is free; 75 if it is still held after --timeout; else see
socketlock --help.
)"};

const command_help status_help = {
    "status",
    "tell who holds a lock",
    "status [--json] NAME",
    R"(Tells whether the lock NAME is held, and by whom: process ID, port, since when, program and host.
"Verified" means that this process has proved by a handshake that it is the one that the lock file
names, and that it holds the lock. One that is stopped, or in another network namespace, holds it
all the same, unverified. Changes nothing.

Exit code: 0 if the lock is held; 1 if it is free; else see socketlock --help.
)"};

const command_help list_help = {
    "list",
    "list the locks of a directory",
    "list [--json]",
    R"(Lists the locks of the lock directory by name, and who holds them, without a handshake (status
has one). Changes nothing. Control characters and backslashes in names are shown as in C; --json
gives them unchanged.

Exit code: 0; 64 to 78 if a lock file could not be read, see socketlock --help.
)"};

const char* const program_help =
    R"(A lock between processes that knows its holder: when the holder dies, however it dies, the lock is
free at once; as long as it lives, nobody can take it away.
)";

const char* const
    program_help_end = R"(`socketlock COMMAND --help` tells more. NAME is 1 to 200 bytes of UTF-8.

The directory of the lock files is that of --lock-dir, else $SOCKETLOCK_DIR, else
$XDG_RUNTIME_DIR/socketlock, else socketlock-<user id> in $TMPDIR or /tmp.

Exit codes of the program's own:
  64  wrong usage
  69  unavailable: the lock was taken away, its file is in use for too long, no loopback interface
  70  an error of this program
  71  the system refused something: a process, a thread, a file descriptor
  73  the lock file cannot be created
  74  reading or writing failed, or no space is left
  75  the lock is held by somebody else
  76  the lock file, or the holder, says something that makes no sense to this version
  77  permission denied
  78  the lock directory does not fit: insecure, without locking, or it ignores case
)";

}  // namespace socketlock::tool
