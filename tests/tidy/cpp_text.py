"""Reads C++ closely enough to judge it: text without comments and strings, and where functions are.

It is no parser. It relies on code that clang-format has laid out, and errs towards silence.
"""
import re

_TOKEN = re.compile(
    r"""//[^\n]*(?:\\\n[^\n]*)*            # a line comment
      | /\*.*?\*/                          # a block comment
      | R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"   # a raw string
      | "(?:\\.|[^"\\\n])*"                # a string
      | (?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'            # a character, not a digit separator
    """,
    re.S | re.X,
)


def without_comments_and_strings(text):
    """The same lines, with comments blanked and strings emptied."""

    def blank(match):
        found = match.group()
        lines = "\n" * found.count("\n")
        return lines if found.startswith("/") else '""' + lines

    return _TOKEN.sub(blank, text)


def _without_preprocessor(text):
    return re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$",
                  lambda match: "\n" * match.group().count("\n"), text)


_SCOPE = re.compile(r"(inline\s+)?(namespace|class|struct|union|enum|extern)\b")


def _kind_of_brace(head):
    head = re.sub(r"\btemplate\s*<[^{};]*?>\s*(?=[a-zA-Z_\[(])", "", head).strip()
    if _SCOPE.match(head):
        return "scope"
    return "function" if ")" in head else "value"


def functions(text):
    """(first line, last line, head) of every outermost function body, lines counted from 1."""
    code = _without_preprocessor(without_comments_and_strings(text))
    found, stack, head_start = [], [], 0
    for at, char in enumerate(code):
        inside_function = "function" in (kind for kind, _ in stack)
        if char == "{":
            member_init = at > 0 and re.match(r"[\w>]", code[at - 1]) and ")" in code[head_start:at]
            plain = member_init or inside_function
            kind = "value" if plain else _kind_of_brace(code[head_start:at])
            stack.append((kind, head_start))
            if kind == "scope":
                head_start = at + 1
        elif char == "}" and stack:
            kind, start = stack.pop()
            if kind == "function":
                head = code[start:at]
                start += len(head) - len(head.lstrip())
                found.append((code.count("\n", 0, start) + 1, code.count("\n", 0, at) + 1,
                              " ".join(code[start:at].split("{")[0].split())[:60]))
            if kind in ("function", "scope"):
                head_start = at + 1
        elif char == ";" and not inside_function:
            head_start = at + 1
    return found


def includes(text):
    """(line, path) of every quoted #include."""
    return [(text.count("\n", 0, match.start()) + 1, match[1])
            for match in re.finditer(r'(?m)^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', text)]
