#!/usr/bin/env python3
"""Stands in for a program of the build: called as sluicectl, it runs sluicectl.exe under Wine. tests/run windows links it
under such names into a directory that SLUICE_BIN_DIR names, so that the integration tests of this system drive the programs for
Windows. sluiced can be stopped: SIGTERM becomes Ctrl-Break, and when this process is killed, it is.

Paths that sluicectl.exe prints are those of Windows; the one of the CA, which programs of this system are to read, is told as it is
called here. Environment: SLUICE_WINE_BIN, the directory of the .exe files; SLUICE_WINE, Wine's program.
"""
import ctypes
import os
import select
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def path_of_this_system(path: str) -> str:
    """Wine's drive Z: is the root of this system's files."""
    return path.removeprefix("Z:").replace("\\", "/")


def relay(process: subprocess.Popen, outputs: dict[int, int]) -> int:
    """Passes on what the program writes until it has ended; its exit code. What Wine starts along with a program, and leaves running,
    inherits the pipes: they are not read to their end."""
    ended = None
    while outputs:
        ready, _, _ = select.select(list(outputs), [], [], 0 if ended is not None else 0.02)
        for output in ready:
            piece = os.read(output, 65536)
            if not piece:
                del outputs[output]
                continue
            while piece:
                piece = piece[os.write(outputs[output], piece):]
        if ended is not None and not ready:
            break
        if ended is None:
            ended = code_of(process)
    while ended is None:
        time.sleep(0.02)
        ended = code_of(process)
    return ended


def code_of(process: subprocess.Popen) -> int | None:
    """Its exit code once it has ended. Collects others that have become children of this process too."""
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == process.pid:
            return os.waitstatus_to_exitcode(status)
        if ended == 0:
            return None


def main() -> int:
    # Wine's processes are no children of those that start them; as children of this one their memory can be found.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wine, folder, name = os.environ["SLUICE_WINE"], os.environ["SLUICE_WINE_BIN"], os.path.basename(sys.argv[0])
    program = [os.path.join(folder, name + ".exe"), *sys.argv[1:]]
    if name == "sluicectl" and program[-2:] == ["ca", "path"]:
        told = subprocess.run([wine, *program], stdout=subprocess.PIPE, text=True, check=False)
        sys.stdout.write(path_of_this_system(told.stdout))
        return told.returncode
    stoppable = [os.path.join(folder, "stoppable.exe")] if name == "sluiced" else []
    process = subprocess.Popen([wine, *stoppable, *program], stdin=subprocess.PIPE if stoppable else None, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, bufsize=0)

    def stop(*_: object) -> None:
        try:
            process.stdin.write(b"\n")
        except BrokenPipeError:
            pass  # it has ended

    if stoppable:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    try:
        return relay(process, {process.stdout.fileno(): 1, process.stderr.fileno(): 2})
    except BrokenPipeError:
        return 141  # nobody reads what it writes


if __name__ == "__main__":
    sys.exit(main())
