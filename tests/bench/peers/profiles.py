"""Why a figure is what it is: perf and strace on all processes of a proxy while a workload runs, as short texts. Both make what they
look at slower, so they have samples of their own, which count nowhere else."""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

from processes import tree

LOAD_CORE = "0"
SYMBOLS, WIDTH = 25, 200
ATTACHING_SECONDS = 0.5


def installed():
    """Those that are there; says which are not."""
    for tool in (perf, strace):
        if not shutil.which(tool.__name__):
            print(f"{tool.__name__} is not installed: no profiles of it")
    return [tool for tool in (perf, strace) if shutil.which(tool.__name__)]


def path(folder, workload, proxy, tool):
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{workload}-{proxy}").strip("-")
    return os.path.join(folder, name + (".txt" if tool is perf else ".strace.txt"))


@contextlib.contextmanager
def _attached(command):
    """Runs `command` until the block ends; gives what it said."""
    process = subprocess.Popen(["taskset", "-c", LOAD_CORE, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(ATTACHING_SECONDS)
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
        if "rror" in said:
            print(f"{command[0]}: {said.strip()}")


@contextlib.contextmanager
def perf(root, report):
    """Per process, then the symbols that take most. What it recorded stays beside it, for call chains: perf report -i."""
    data = report.removesuffix(".txt") + ".perf.data"
    pids = ",".join(map(str, sorted(tree(root))))
    with _attached(["perf", "record", "-g", "-F", "499", "-p", pids, "-o", data]):
        yield
    with open(report, "w", encoding="utf-8") as file:
        for sort, most in (("pid", None), ("pid,dso,symbol", SYMBOLS)):
            done = subprocess.run(["perf", "report", "-i", data, "--no-children", "--stdio", "-g", "none", "--sort", sort],
                                  capture_output=True, text=True, check=False)
            lines = [re.sub(r"(\s+-)*\s*$", "", line)[:WIDTH] for line in done.stdout.splitlines() if line.strip() and line[0] != "#"]
            file.write("\n".join([f"by {sort}", *lines[:most], "", ""] if done.returncode == 0 else [done.stderr]))


@contextlib.contextmanager
def strace(root, report):
    """How often each system call was made, by all processes together."""
    pids = [part for pid in sorted(tree(root)) for part in ("-p", str(pid))]
    with _attached(["strace", "-c", "-f", "-o", report, *pids]):
        yield
