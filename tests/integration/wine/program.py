#!/usr/bin/env python3
"""Stands in for a program of the build: called as sluicectl, it runs sluicectl.exe under Wine. tests/run windows links it
under such names into a directory that SLUICE_BIN_DIR names, so that the integration tests of this system drive the programs for
Windows. sluiced can be stopped: SIGTERM becomes Ctrl-Break, and when this process is killed, it is.

Paths that sluicectl.exe prints are those of Windows; the one of the CA, which programs of this system are to read, is told as it is
called here. Environment: SLUICE_WINE_BIN, the directory of the .exe files; SLUICE_WINE, Wine's program.
"""
import ctypes
import os
import signal
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36


def path_of_this_system(path: str) -> str:
    """Wine's drive Z: is the root of this system's files."""
    return path.removeprefix("Z:").replace("\\", "/")


def main() -> int:
    # Wine's processes are no children of those that start them; as children of this one their memory can be found.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wine, folder, name = os.environ["SLUICE_WINE"], os.environ["SLUICE_WINE_BIN"], os.path.basename(sys.argv[0])
    program = [os.path.join(folder, name + ".exe"), *sys.argv[1:]]
    if name == "sluicectl" and program[-2:] == ["ca", "path"]:
        told = subprocess.run([wine, *program], stdout=subprocess.PIPE, text=True, check=False)
        sys.stdout.write(path_of_this_system(told.stdout))
        return told.returncode
    if name != "sluiced":
        os.execv(wine, [wine, *program])
    process = subprocess.Popen([wine, os.path.join(folder, "stoppable.exe"), *program], stdin=subprocess.PIPE, bufsize=0)

    def stop(*_: object) -> None:
        try:
            process.stdin.write(b"\n")
        except BrokenPipeError:
            pass  # it has ended

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == process.pid:
            return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
