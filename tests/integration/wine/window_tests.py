#!/usr/bin/env python3
"""Runs the window's tests under Wine, offscreen, each in a process of its own, as many at a time as there are processors. tests/run
windows runs it, with the environment that program.py needs; what SLUICE_SKIPPED_TESTS names is skipped.

usage: window_tests.py gui_app.exe [TEST]...
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

PATIENCE_S = 300
FONTS = "Z:/usr/share/fonts/truetype/dejavu"
SOURCES = os.path.join(os.path.dirname(__file__), "..", "..", "gui")
# Not in this program for Windows: tests/gui/CMakeLists.txt.
LEFT_OUT = ("browser", "large_bodies", "newer_engine", "stopped_window_posix", "system_proxy", "terminal", "trust")


def tests() -> list[str]:
    found = []
    for name in sorted(os.listdir(SOURCES)):
        if name.endswith("_test.cpp") and not name.startswith(LEFT_OUT):
            with open(os.path.join(SOURCES, name), encoding="utf-8") as file:
                found += re.findall(r"^SLUICE_GUI_TEST\((\w+)\)", file.read(), re.MULTILINE)
    return found


def run(program: str, test: str, folder: str) -> bool:
    report = os.path.join(folder, test + ".txt")
    process = subprocess.Popen([os.environ["SLUICE_WINE"], program, "-o", f"Z:{report},txt", test], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env={**os.environ, "SLUICE_QT_PLATFORM": "offscreen", "SLUICE_QT_FONTS": FONTS})
    try:
        code = process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        code = f"none within {PATIENCE_S} s"
    text = ""
    if os.path.exists(report):
        with open(report, encoding="utf-8", errors="replace") as file:
            text = file.read()
    right = code == 0 and " 0 failed" in text
    print(f"{'PASS ' if right else 'FAIL!'} : {test}" + ("" if right else f" (exit code {code})\n{text}"), flush=True)
    return right


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="sluice-window-tests-") as folder:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda test: run(sys.argv[1], test, folder), sys.argv[2:] or tests()))
    print(f"Totals: {results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
