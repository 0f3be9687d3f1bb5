"""What must lie where: the top level, folder READMEs, file names, tests beside their sources."""

import re

TOP_LEVEL = {"CMakeLists.txt", "core", "platform", "app", "resources", "installer", "tests", "README.md", "CMakePresets.json", "LICENSE"}
WITH_READMES = ("core", "platform", "app", "tests", "installer")
FILE_NAME = re.compile(r"^[a-z][a-z0-9_]*\.(h|cpp)$")


def check(tree):
    _check_top_level(tree)
    _check_readmes(tree)
    _check_names(tree)
    _check_tests_have_sources(tree)
    _check_sources_have_tests(tree)


def _check_top_level(tree):
    for name in sorted({path.split("/")[0] for path in tree.paths}):
        if name not in TOP_LEVEL and not name.startswith("."):
            tree.report("top-level", name, 1, "the top level holds nothing but what DESIGN names")


def _check_readmes(tree):
    """Each folder directly in one of these needs a page, once it holds more than its CMakeLists.txt."""
    holding = {}
    for path in tree.paths:
        parts = path.split("/")
        if parts[0] in WITH_READMES:
            holding.setdefault(parts[0], set()).add(parts[-1])
            if len(parts) > 2:
                holding.setdefault("/".join(parts[:2]), set()).add("/".join(parts[2:]))
    for folder, names in sorted(holding.items()):
        is_empty = all(name.split("/")[-1] == "CMakeLists.txt" for name in names)
        if not is_empty and f"{folder}/README.md" not in tree.by_path:
            tree.report("readme", folder, 1, "no README.md: purpose, who may use it, main types, where to start reading")


def _check_names(tree):
    for file in tree.cpp_files():
        if not FILE_NAME.match(file.name):
            tree.report("file-name", file.path, 1, "file names are snake_case.h or snake_case.cpp")


def _check_tests_have_sources(tree):
    for file in tree.cpp_files():
        match = re.match(r"tests/unit/(.+)_test\.cpp$", file.path)
        if not match:
            continue
        source = match[1] if match[1].split("/")[0] in ("core", "platform", "app") else "tests/" + match[1]
        if not any(_exists(tree, name) for name in _names_tested_by(source)):
            tree.report("orphan-test", file.path, 1, f"no source file {source}.cpp or .h belongs to this test")


def _names_tested_by(source):
    """event_pipe_drain_test.cpp may test event_pipe_drain, or one aspect of event_pipe."""
    while True:
        yield source
        folder, _, name = source.rpartition("/")
        if "_" not in name:
            return
        source = folder + "/" + name.rpartition("_")[0]


def _exists(tree, source):
    """As a file; or as a folder: tests/unit/support/origin_test.cpp tests tests/support/origin."""
    is_folder = any(path.startswith(source + "/") for path in tree.paths)
    return is_folder or f"{source}.cpp" in tree.by_path or f"{source}.h" in tree.by_path


def _check_sources_have_tests(tree):
    for file in tree.cpp_files():
        if not file.is_under("core") or not file.path.endswith(".cpp"):
            continue
        test = "tests/unit/" + file.path[: -len(".cpp")] + "_test.cpp"
        conversation = "tests/conversation/" + file.name[: -len(".cpp")] + "_test.cpp"
        is_played = file.is_under("core/session") and conversation in tree.by_path
        if test not in tree.by_path and not is_played:
            tree.report("untested", file.path, 1, f"no {test}")
