#!/usr/bin/env python3
"""Checks of the tree what a compiler does not see; see README.md beside this file.

usage: tidy.py ROOT
Prints `file:line: message [rule]` for each offence. Exit status: 0 clean, 1 offences, 2 wrong usage.
"""

import os
import sys

import code_checks
import exceptions
import include_checks
import text_checks
import tree_checks
from tree import Tree


def run(root):
    tree = Tree(root)
    for checks in (tree_checks, include_checks, code_checks, text_checks):
        checks.check(tree)
    exceptions.apply(tree)
    return sorted(set(tree.problems))


def main(arguments):
    if len(arguments) != 1 or not os.path.isdir(arguments[0]):
        print(__doc__, file=sys.stderr)
        return 2
    problems = run(arguments[0])
    for problem in problems:
        print(f"{problem.path}:{problem.line}: {problem.message} [{problem.rule}]")
    print(f"offences: {len(problems)}" if problems else "tidy")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
