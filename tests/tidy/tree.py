"""The files of one source tree, read once, and the list of what is wrong with them."""

import os
import subprocess
from typing import NamedTuple

SKIPPED_FOLDERS = {".git", ".cache", "build", "__pycache__"}
BINARY_SUFFIXES = (".png", ".ico", ".icns", ".jpg", ".gif", ".db", ".gz", ".zst", ".br", ".qm")


class File:
    """One text file; `path` is relative to the root, with forward slashes."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), "rb") as source:
            self.bytes = source.read()
        self.text = self.bytes.decode("utf-8", errors="replace")
        self.lines = self.text.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    def is_cpp(self):
        return self.path.endswith((".h", ".cpp"))

    def is_under(self, *folders):
        return any(self.path.startswith(folder + "/") for folder in folders)


class Problem(NamedTuple):
    path: str
    line: int
    message: str
    rule: str


class Tree:
    def __init__(self, root):
        self.root = root
        self.paths = sorted(_list_paths(root))
        self.problems = []
        self.files = [File(root, path) for path in self.paths if _is_text(path)]
        self.by_path = {file.path: file for file in self.files}

    def cpp_files(self):
        return [file for file in self.files if file.is_cpp()]

    def report(self, rule, path, line, message):
        self.problems.append(Problem(path, line, message, rule))


def _is_text(path):
    return not path.endswith(BINARY_SUFFIXES) and "/corpus/" not in path and "/data/" not in path


def _list_paths(root):
    """What git tracks or would track; without a repository, whatever lies there."""
    if os.path.exists(os.path.join(root, ".git")):
        command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
        return [path for path in set(listed) if path and os.path.isfile(os.path.join(root, path))]
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            found.append(os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/"))
    return found
