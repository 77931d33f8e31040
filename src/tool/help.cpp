// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

#include "help.hpp"

namespace socketlock::tool {

const command_help run_help = {
    "run",
    "run a command while holding a lock",
    "run [--no-wait | --timeout S] [--conflict-exit-code N] [--mode M]\n"
    "                      NAME -- COMMAND...",
    R"(Takes the lock NAME, runs COMMAND, and releases the lock when COMMAND has ended. While another
process holds the lock, run waits: first come, first served. If its standard error is a terminal,
it shows which process it is waiting for.

COMMAND finds the lock's name in SOCKETLOCK_NAME, and in SOCKETLOCK_FENCING_TOKEN a number that
grows with every change of owner. It does not inherit the lock: processes that it leaves running in
the background continue without the lock.

SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 and SIGUSR2 are forwarded to COMMAND, except those that
the terminal sends (Ctrl-C), which COMMAND receives directly. If run is killed, even by SIGKILL,
COMMAND is killed with it (on Linux, and not if COMMAND is a set-user-ID program), and the lock is
free. If the lock is taken away while COMMAND runs (somebody removed the lock file, and another
process locked it anew before run could restore it), run reports it, sends SIGTERM to COMMAND, and
exits with 69 when COMMAND has ended.

Lock files are made for their user alone, or for a group: in a directory that you name, which the
group may write to, and whose files belong to it (as with mode 2770). --mode says otherwise; those
who share a lock should say the same. Files that are there already stay as they are.

Exit code: that of COMMAND; 128 + N if signal N ended it; 126 if it cannot be executed; 127 if it
is not found; 75, or the one of --conflict-exit-code, if the lock could not be acquired; otherwise
see socketlock --help.
)"};

const command_help wait_help = {
    "wait",
    "wait until nobody holds a lock",
    "wait [--timeout S] NAME",
    R"(Waits until nobody holds the lock NAME; returns at once if nobody does. It neither takes the
lock nor queues for it, changes nothing, and needs only permission to read. It sleeps until the lock
file changes or the holder ends; where the system does not report that, it polls. While others
queue, the lock passes from one to the next and is not free in between. As soon as the lock is free,
anybody may take it: to do something while nobody else holds the lock, use run.

Exit code: 0 if the lock is free; 75 if it is still held after --timeout; otherwise see
socketlock --help.
)"};

const command_help status_help = {
    "status",
    "show who holds a lock",
    "status [--json] NAME",
    R"(Shows whether the lock NAME is held, and by which process: process ID, port, since when, program
and host. "Verified" means that this process has proved by a handshake that it is the one that the
lock file names, and that it holds the lock. A process that is stopped, or in another network
namespace, holds the lock all the same, but unverified. Changes nothing.

Exit code: 0 if the lock is held; 1 if it is free; otherwise see socketlock --help.
)"};

const command_help list_help = {
    "list",
    "list the locks of a directory",
    "list [--json]",
    R"(Lists the locks of the lock directory by name, and who holds them, without a handshake (use
status for that). Changes nothing. Control characters and backslashes in names are escaped as in C;
--json leaves them unchanged. An asterisk marks a process ID of another PID namespace (a container):
it means nothing here, or another process.

Exit code: 0; 64 to 78 if a lock file could not be read, see socketlock --help.
)"};

const char* const program_help =
    R"(An interprocess lock that knows its holder: when the holder dies, however it dies, the lock is
free at once; as long as it lives, nobody can take the lock away.
)";

const char* const program_help_end =
    R"(`socketlock COMMAND --help` explains a command. NAME is 1 to 200 bytes of UTF-8.

The lock files are in the directory given by --lock-dir, else $SOCKETLOCK_DIR, else
$XDG_RUNTIME_DIR/socketlock if $XDG_RUNTIME_DIR is a directory of your own, else
socketlock-<user id> in $TMPDIR or /tmp.

Exit codes of the program itself:
  64  wrong usage
  69  unavailable: the lock was taken away, or its file was in use for too long
  70  an internal error
  71  the system refused something: a process, a thread, a file descriptor
  73  the lock file cannot be created
  74  reading or writing failed, or no space is left
  75  another process holds the lock
  76  the lock file, or the holder, says something that this version does not understand
  77  permission denied
  78  the lock directory is unsuitable: insecure, without file locks, or it ignores case
)";

}  // namespace socketlock::tool
