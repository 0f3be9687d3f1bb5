"""C++ read just well enough for the checks: code without comments and literals, and where functions begin and end."""

import re

_TOKENS = re.compile(
    r"""(?P<line_comment>//[^\n]*)
      | (?P<block_comment>/\*.*?\*/)
      | (?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<number>\b[0-9](?:'?[0-9A-Za-z.])*)
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<char>'(?:\\.|[^'\\\n])*')""",
    re.VERBOSE | re.DOTALL,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text with comments blanked out: offsets and lines stay."""
    return _TOKENS.sub(lambda m: _blank(m[0]) if m["line_comment"] or m["block_comment"] else m[0], text)


def without_comments_and_literals(text):
    """The quotes of literals stay, what is between them does not."""

    def replace(match):
        if match["number"]:
            return match[0]
        if match["string"] or match["char"] or match["raw"]:
            return match[0][0] + _blank(match[0][1:-1]) + match[0][-1]
        return _blank(match[0])

    return _TOKENS.sub(replace, text)


def string_literals(text):
    """(line, contents) of each string literal; neighbours are one literal, as the compiler sees them."""
    literals = []
    end_of_last = None
    for match in _TOKENS.finditer(text):
        if not (match["string"] or match["raw"]):
            continue
        line = text.count("\n", 0, match.start()) + 1
        if end_of_last is not None and text[end_of_last : match.start()].strip() == "":
            first_line, contents = literals[-1]
            literals[-1] = (first_line, contents + match[0])
        else:
            literals.append((line, match[0]))
        end_of_last = match.end()
    return literals


def functions(text):
    """(name, first line, last line) of each function with a body. A lambda belongs to the function around it."""
    code = without_directives(without_comments_and_literals(text))
    found = []
    stack = []  # for each open brace: its kind, and for a function its name and first line
    declaration_begin = 0
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        inside_body = any(kind in ("function", "value") for kind, _, _ in stack)
        if match[0] == "{":
            declaration = re.sub(r"\b(public|private|protected)\s*:(?!:)", lambda m: _blank(m[0]), code[declaration_begin:at])
            kind = "value" if inside_body else _kind_of(declaration)
            first = declaration_begin + len(declaration) - len(declaration.lstrip())
            stack.append((kind, _name_of(declaration), first))
            if kind in ("namespace", "class"):
                declaration_begin = at + 1
        elif match[0] == "}" and stack:
            kind, name, first = stack.pop()
            if kind == "function":
                found.append((name, code.count("\n", 0, first) + 1, code.count("\n", 0, at) + 1))
            # `a_{1}, b_{2} {`: a member initializer, not yet the body.
            is_initializer = kind == "function" and re.match(r"\s*[,{]", code[at + 1 :])
            if is_initializer:
                found.pop()
            elif not any(kind in ("function", "value") for kind, _, _ in stack):
                declaration_begin = at + 1
        elif match[0] == ";" and not inside_body:
            declaration_begin = at + 1
    return found


def without_directives(code):
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: _blank(m[0]), code, flags=re.MULTILINE)


def _kind_of(declaration):
    declaration = declaration.strip()
    if re.search(r"\bnamespace\b", declaration) or re.search(r'\bextern\s*"', declaration) and "(" not in declaration:
        return "namespace"
    if re.search(r"\benum\b", declaration):
        return "value"
    if re.search(r"(?<!operator)(?<![=<>!])=(?!=)\s*(\[.*|\w*\s*)$", declaration) and "operator=" not in declaration:
        return "value"
    if re.search(r"\b(class|struct|union)\b", declaration) and not _has_parameters(declaration):
        return "class"
    return "function" if "(" in declaration else "value"


def _has_parameters(declaration):
    return "(" in re.sub(r"\balignas\s*\([^)]*\)", "", declaration)


def _name_of(declaration):
    match = re.search(r"(operator\s*[^\w\s(]+|operator\(\)|[\w:~]+)\s*\(", declaration)
    return match[1] if match else "?"
