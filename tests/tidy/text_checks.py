"""What no text file may hold: unfinished business, paths of one machine, stray white space, a time limit for one test alone."""

import re

# Put together from halves, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
PROMISES = re.compile(r"\b(for " r"now|not (yet )?imple" r"mented|st" r"ub(s|bed)?)\b")
MACHINE_PATHS = re.compile(r"(^|[^\w.])(/ho" r"me/(?!ada\b)\w+|/Us" r"ers/(?!ada\b)\w+|/ro" r"ot/|/wo" r"rk/|[A-Z]:\\Us" r"ers\\)")
LIMITS = re.compile(r"\b(add_test\(|TIMEOUT\b)")
LIMITS_ALLOWED = "tests/CMakeLists.txt"
TABS_ALLOWED = ("Makefile",)


def check(tree):
    for file in tree.files:
        if "\r" in file.text:
            tree.report("white-space", file.path, file.text.count("\n", 0, file.text.index("\r")) + 1, "a carriage return")
        if "\ufffd" in file.text:
            tree.report("encoding", file.path, file.text.count("\n", 0, file.text.index("\ufffd")) + 1, "not UTF-8")
        if file.text and not file.text.endswith("\n"):
            tree.report("white-space", file.path, len(file.lines), "no line end at the end of the file")
        for number, line in enumerate(file.lines, 1):
            _check_line(tree, file, number, line)


def _check_line(tree, file, number, line):
    if match := UNFINISHED.search(line):
        tree.report("unfinished", file.path, number, f"{match[0]}: finish it, or leave it out")
    if match := PROMISES.search(line):
        tree.report("unfinished", file.path, number, f'"{match[0]}": say what it does')
    if match := MACHINE_PATHS.search(line):
        tree.report("machine-path", file.path, number, f"{match[2]}: a path of one machine")
    if file.name == "CMakeLists.txt" and file.path != LIMITS_ALLOWED and (match := LIMITS.search(line)):
        tree.report("test-limit", file.path, number, f"{match[1]}: sluice_test_run() gives every run of a test the same limit")
    if line.rstrip("\r") != line.rstrip():
        tree.report("white-space", file.path, number, "white space at the end of the line")
    if "\t" in line and file.name not in TABS_ALLOWED:
        tree.report("white-space", file.path, number, "a tab")
