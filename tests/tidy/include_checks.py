"""Who may include what: layers, system headers, Asio, SQLite and Qt."""

import os
import re

import cpp_code

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
GENERATED = re.compile(r"(^|/)(\w+_generated\.h|\w+\.moc|ui_\w+\.h)$")

SYSTEM_HEADERS = re.compile(
    r"^(sys/|net/|netinet/|arpa/|linux/|mach/|mach-o/|CoreFoundation/|unistd\.h|fcntl\.h|poll\.h|pthread\.h|dlfcn\.h"
    r"|netdb\.h|ifaddrs\.h|pwd\.h|grp\.h|spawn\.h|termios\.h|dirent\.h|signal\.h|sched\.h|semaphore\.h|syslog\.h"
    r"|windows\.h|winsock2\.h|ws2tcpip\.h|mswsock\.h|shlobj\.h|io\.h|direct\.h|process\.h)",
    re.IGNORECASE,
)
SYSTEM_MACROS = re.compile(
    r"\b(_WIN32|_WIN64|WIN32|__MINGW32__|__MINGW64__|_MSC_VER|__CYGWIN__|__linux__|__linux|linux|__APPLE__|__MACH__|__unix__"
    r"|__unix|unix|__FreeBSD__|__ANDROID__|TARGET_OS_\w+|Q_OS_\w+)\b"
)
SYSTEM_FILE = re.compile(r"(^|/)(posix|linux|macos|freebsd|bsd|windows)/|_(posix|linux|macos|windows)\.(h|cpp)$")

PURE_LAYERS = ["core/" + name for name in "base buffer pipe output codec session throttle rules capture".split()]
IMPURE_HEADERS = {"thread", "mutex", "shared_mutex", "condition_variable", "future", "fstream", "filesystem", "semaphore"}

# (headers, folders that may include them, what to say)
OWNED_HEADERS = [
    (re.compile(r"^asio(\.hpp$|/)"), ("core/engine", "platform/net", "app/engine", "tests"), "Asio is for core/engine and platform/net"),
    (re.compile(r"^sqlite3\w*\.h$"), ("core/store", "tests/unit/core/store"), "SQLite is for core/store"),
    (re.compile(r"^Q[A-Za-z]+(/|$)|^q(?!rencode)[a-z]+\.h$"), ("app/gui", "tests"), "Qt is for app/gui and the tests"),
]


def read_layers(text):
    """folder -> every folder that it may include from, itself and the indirect ones among them."""
    direct = {}
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if line:
            folder, allowed = line.split(":", 1)
            direct[folder.strip()] = allowed.split()
    return {folder: _closure(folder, direct) for folder in direct}


def _closure(folder, direct):
    found, waiting = set(), [folder]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(direct.get(current, ()))
    return found


def _layer_of(path, layers):
    holding = [folder for folder in layers if path.startswith(folder + "/")]
    return max(holding, key=len, default=None)


def check(tree):
    layers_file = tree.by_path.get("tests/tidy/layers.txt")
    layers = read_layers(layers_file.text) if layers_file else {}
    for file in tree.cpp_files():
        code = cpp_code.without_comments(file.text)
        for match in INCLUDE.finditer(code):
            line = code.count("\n", 0, match.start(match.lastindex)) + 1
            if match[1]:
                _check_own(tree, file, line, match[1], layers)
            else:
                _check_foreign(tree, file, line, match[2])
        _check_conditions(tree, file, code)


def _check_own(tree, file, line, included, layers):
    if ".." in included.split("/"):
        tree.report("include-path", file.path, line, f'"{included}" goes up with ..; write the path from the root')
        return
    if GENERATED.search(included):
        return
    if file.is_under("tests") and "/" not in included:
        included = os.path.dirname(file.path) + "/" + included  # a test may name what lies beside it
    if not os.path.isfile(os.path.join(tree.root, included)):
        tree.report("include-path", file.path, line, f'"{included}" is no file of the tree; foreign headers stand in <>')
        return
    layer, target = _layer_of(file.path, layers), _layer_of(included, layers)
    if layer is None:
        tree.report("layer", file.path, line, "this folder is missing in tests/tidy/layers.txt")
    elif target is None or target not in layers[layer]:
        tree.report("layer", file.path, line, f'{layer} may not use "{included}" (tests/tidy/layers.txt)')


def _check_foreign(tree, file, line, included):
    if SYSTEM_HEADERS.match(included) and not _may_know_the_system(file):
        tree.report("system-header", file.path, line, f"<{included}> belongs to an operating system: only in platform")
    if included in IMPURE_HEADERS and file.is_under(*PURE_LAYERS):
        tree.report("pure", file.path, line, f"<{included}> in a pure layer: no thread, file or lock there")
    for pattern, folders, message in OWNED_HEADERS:
        if pattern.match(included) and not file.is_under(*folders):
            tree.report("owned-header", file.path, line, f"<{included}>: {message}")


def _may_know_the_system(file):
    return file.is_under("platform/net") or bool(SYSTEM_FILE.search(file.path))


def _check_conditions(tree, file, code):
    if _may_know_the_system(file):
        return
    for number, line in enumerate(code.split("\n"), 1):
        if re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b", line) and SYSTEM_MACROS.search(line):
            tree.report("system-condition", file.path, number, "a condition on the operating system: make it a file in platform")
