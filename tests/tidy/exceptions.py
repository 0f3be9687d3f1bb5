"""The exceptions of exceptions.txt: `RULE PATH reason`. Each needs a reason, and goes when nothing needs it any more."""

LIST = "tests/tidy/exceptions.txt"


def apply(tree):
    """Takes the excepted problems out of the tree's list, and reports exceptions that are wrong or not needed."""
    allowed = _read(tree)
    used = {(problem.rule, problem.path) for problem in tree.problems}
    tree.problems = [problem for problem in tree.problems if (problem.rule, problem.path) not in allowed]
    for (rule, path), line in allowed.items():
        if (rule, path) not in used:
            tree.report("exception", LIST, line, f"nothing needs this exception: {rule} {path}")


def _read(tree):
    """(rule, path) -> line of the list."""
    file = tree.by_path.get(LIST)
    allowed = {}
    for number, line in enumerate(file.lines if file else (), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 2)
        if len(words) < 3:
            tree.report("exception", LIST, number, "an exception is: RULE PATH reason")
        else:
            allowed[words[0], words[1]] = number
    return allowed
