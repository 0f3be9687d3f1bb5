"""What C++ files may hold: lengths, headers' shape, SQL, purity, Qt names."""

import re

import cpp_code
from include_checks import PURE_LAYERS

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
LINE_LENGTH_MAX = 140  # clang-format breaks code at 120; a remark at the end of a line may go further

# Capitals, as every statement in core/store is written: so that English sentences are left alone.
SQL = re.compile(
    r"\b(SELECT\b[\s\S]*\bFROM\b|INSERT\s+(OR\s+\w+\s+)?INTO\b|UPDATE\b[\s\S]*\bSET\b|DELETE\s+FROM\b|CREATE\s+(TABLE|INDEX|VIRTUAL|TRIGGER)\b"
    r"|DROP\s+(TABLE|INDEX)\b|PRAGMA\s+\w+)"
)
SQL_FOLDERS = ("core/store", "tests/unit/core/store")
QT_NAME = re.compile(r"\bQ(String|ByteArray|Object|List|Map|Hash|Variant|Url|File|Dir|Timer|DateTime|StringView)\b")
QT_FOLDERS = ("app/gui", "tests")


def check(tree):
    for file in tree.cpp_files():
        _check_lengths(tree, file)
        if file.path.endswith(".h"):
            _check_header(tree, file)
        _check_sql(tree, file)
        _check_words(tree, file)


def _check_lengths(tree, file):
    for name, first, last in cpp_code.functions(file.text):
        if last - first + 1 > FUNCTION_LINES_MAX:
            tree.report("function-length", file.path, first, f"{name} has {last - first + 1} lines; at most {FUNCTION_LINES_MAX}")
    if len(file.lines) > FILE_LINES_MAX:
        tree.report("file-length", file.path, FILE_LINES_MAX + 1, f"{len(file.lines)} lines; at most {FILE_LINES_MAX}")
    for number, line in enumerate(file.lines, 1):
        if len(line) > LINE_LENGTH_MAX:
            tree.report("line-length", file.path, number, f"{len(line)} columns; at most {LINE_LENGTH_MAX}")


def _check_header(tree, file):
    if not file.text.startswith("//"):
        tree.report("header-shape", file.path, 1, "a header opens with a comment: what it is for, its thread, its limits")
    directive = re.search(r"^\s*#\s*(.*)$", cpp_code.without_comments(file.text), re.MULTILINE)
    if not directive or directive[1].strip() != "pragma once":
        tree.report("header-shape", file.path, 1, "the first directive of a header is #pragma once")


def _check_sql(tree, file):
    if file.is_under(*SQL_FOLDERS):
        return
    for line, literal in cpp_code.string_literals(file.text):
        if SQL.search(literal):
            tree.report("sql", file.path, line, "SQL outside core/store")


def _check_words(tree, file):
    code = cpp_code.without_directives(cpp_code.without_comments_and_literals(file.text))
    is_pure = file.is_under(*PURE_LAYERS)
    for number, line in enumerate(code.split("\n"), 1):
        if not file.is_under(*QT_FOLDERS) and QT_NAME.search(line):
            tree.report("qt", file.path, number, "a Qt type outside app/gui and the tests")
        if is_pure and re.search(r"_clock::now\b", line):
            tree.report("pure", file.path, number, "a clock read in a pure layer: time comes in from the caller")
        if is_pure and re.search(r"\b(throw|try|catch)\b", line):
            tree.report("pure", file.path, number, "an exception in a pure layer: errors are values")
        if is_pure and re.search(r"\bstd::(make_)?shared(_ptr)?\b", line):
            tree.report("pure", file.path, number, "shared_ptr in a pure layer: one owner per object")
