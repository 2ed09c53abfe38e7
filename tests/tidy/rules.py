"""The rules themselves. Each takes a Project and yields Complaints; RULES at the end lists them."""
import ast
import re

import cpp_text
from project import Complaint, is_cpp, is_generated, is_test

FILE_LINES_MAX, HEADER_LINES_MAX, FUNCTION_LINES_MAX, COLUMNS_MAX = 500, 250, 70, 100
MEASURED = (".h", ".cc", ".rs", ".py", ".js", ".css", ".html", ".sh", ".cmake")


def _is_code(path):
    if is_generated(path) or "/vectors/" in path or "/corpus/" in path:
        return False
    in_scripts = re.fullmatch(r"(scripts|\.ci|tests/peers)/[a-z_]+", path) is not None
    return path.endswith(MEASURED) or path.endswith("CMakeLists.txt") or in_scripts


# --- the house ---------------------------------------------------------------------------------


def rooms_point_downward(project):
    """A room uses only rooms above it in rooms.txt, each has its folder, README and CMakeLists."""
    seen = set()
    for room in project.rooms:
        for used in room.uses:
            if used not in seen:
                yield Complaint("rooms", "rooms.txt", room.line,
                                f"{room.name} may use only rooms that stand above it, not {used}")
        seen.add(room.name)
        for needed in ("CMakeLists.txt", "README.md"):
            if not project.has(f"{room.folder}/{needed}"):
                yield Complaint("rooms", f"{room.folder}/{needed}", 0, f"every room has a {needed}")


def edges_are_listed(project):
    """Every #include between rooms is an edge of rooms.txt, and every edge is used."""
    used_edges = set()
    for path in filter(is_cpp, project.paths):
        room = project.room_of(path)
        for line, include in cpp_text.includes(project.text(path)) if room else ():
            target = project.find_include(include)
            if target is None:
                yield Complaint("edges", path, line,
                                f'"{include}" is not a file of ours: name it by "room/file.h", '
                                "and foreign headers by <...>")
                continue
            other = project.room_of(target)
            if other is None or other.name == room.name:
                continue
            used_edges.add((room.name, other.name))
            if other.name not in room.uses:
                yield Complaint("edges", path, line,
                                f"{room.name} may not use {other.name} (rooms.txt says: "
                                f"{' '.join(room.uses) or 'nothing'})")
    for room in project.rooms:
        for used in room.uses:
            if (room.name, used) not in used_edges:
                yield Complaint("edges", "rooms.txt", room.line,
                                f"nothing in {room.name} includes {used}: drop the edge")


def sources_are_built(project):
    """Every source of a room stands in the room's CMakeLists.txt: a dead file is found here."""
    for room in project.rooms:
        if not project.has(f"{room.folder}/CMakeLists.txt"):
            continue
        listed = set(re.findall(r"[\w/.-]+\.cc\b", project.text(f"{room.folder}/CMakeLists.txt")))
        for path in project.paths:
            name = path.removeprefix(room.folder + "/")
            if path.endswith(".cc") and name != path and name not in listed:
                yield Complaint("dead-file", path, 0,
                                f"{room.folder}/CMakeLists.txt does not build it")


def headers_are_used(project):
    """A header that nobody includes is dead."""
    included = set()
    for path in filter(is_cpp, project.paths):
        for _, include in cpp_text.includes(project.text(path)):
            included.add(project.find_include(include))
    for path in project.paths:
        if path.endswith(".h") and project.room_of(path) and path not in included:
            yield Complaint("dead-file", path, 0, "nobody includes it")


def readmes_say_enough(project):
    """A room's README: its sentence, three invariants, where to start."""
    for room in project.rooms:
        path = f"{room.folder}/README.md"
        if not project.has(path):
            continue
        text = project.text(path)
        if len(re.findall(r"(?m)^\s*(?:[-*]|\d+\.) ", text)) < 3:
            yield Complaint("readme", path, 0, "it must list (at least) three invariants")
        if not re.search(r"(?i)start here", text):
            yield Complaint("readme", path, 0, 'it must say where to read first ("Start here")')


# --- sizes -------------------------------------------------------------------------------------


def files_are_short(project):
    for path in filter(_is_code, project.paths):
        count = project.text(path).count("\n")
        limit = HEADER_LINES_MAX if path.endswith(".h") else FILE_LINES_MAX
        if count > limit:
            yield Complaint("file-size", path, 0, f"{count} lines, at most {limit}", count)


def functions_are_short(project):
    for path in project.paths:
        if is_generated(path):
            continue
        if is_cpp(path):
            found = cpp_text.functions(project.text(path))
        elif path.endswith(".py"):
            found = [(node.lineno, node.end_lineno, node.name)
                     for node in ast.walk(ast.parse(project.text(path)))
                     if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        else:
            continue
        for first, last, head in found:
            count = last - first + 1
            if count > FUNCTION_LINES_MAX:
                yield Complaint("function-size", path, first,
                                f"{count} lines, at most {FUNCTION_LINES_MAX}: {head}", count)


def lines_are_narrow(project):
    for path in filter(_is_code, project.paths):
        for number, line in enumerate(project.text(path).splitlines(), 1):
            if len(line) > COLUMNS_MAX and "https://" not in line:
                yield Complaint("columns", path, number,
                                f"{len(line)} columns, at most {COLUMNS_MAX}")


# --- words that have a better one --------------------------------------------------------------

def _house(path):
    return path.startswith(("src/", "doors/"))


def _shipped(path):
    return _house(path) and not is_test(path)


def _outside(*prefixes):
    return lambda path: _house(path) and not path.startswith(prefixes)


# pattern, where it is banned, what to use
BANNED = [
    (r"std::this_thread::sleep|\bu?sleep\s*\(|\bnanosleep\s*\(", is_cpp,
     "wait for what you wait for (condition_variable, Deadline); tests own the clock"),
    (r"\bassert\s*\(", is_cpp, "ASSERT, which stays in release builds"),
    (r"std::c(out|err)\b", lambda path: _shipped(path) and not path.startswith("doors/"),
     "return the value or the error; only doors print"),
    (r"\bf?printf\s*\(\s*(stdout)?|\bfmt::print\s*\(",
     lambda path: _shipped(path) and not path.startswith(("doors/", "src/base/result.cc")),
     "return the value or the error; only doors print"),
    (r"\bgetenv\s*\(",
     lambda path: _shipped(path) and not path.startswith(("src/node/config", "doors/")),
     "take it as an argument: the environment is read in node/config and in doors"),
    (r"\bthrow\b", _shipped, "return fail(Code::..., ...)"),
    (r"\b(std::)?s?rand\s*\(|std::random_device", _outside("src/base/real_env"), "Env's random"),
    (r"\bsystem\s*\(|\bpopen\s*\(", _house, "no shell; ask Env"),
    (r"(system|steady|high_resolution)_clock::now", _outside("src/base/real_env"), "Env's clock"),
    (r"\b(std::)?[io]?fstream\b|\bfopen\s*\(",
     lambda path: _shipped(path) and not path.startswith("src/base/real_env"), "Env's disk"),
    (r"using namespace std\b", is_cpp, "the full name"),
    (r"\bstrcpy\s*\(|\bsprintf\s*\(", is_cpp, "std::string and fmt::format"),
    (r"#\s*include\s*<(regex|coroutine|iostream)>", _shipped,
     "a hand-written scanner, threads, or what a door prints with"),
]
FILESYSTEM_CALL = re.compile(
    r"std::filesystem::(?!path|perms|file_type|directory_entry|directory_options)\w+\s*[({][^;]*;")


def words_are_banned(project):
    for path in filter(is_cpp, project.paths):
        code = cpp_text.without_comments_and_strings(project.text(path))
        lines = code.splitlines()
        for pattern, applies, instead in BANNED:
            if not applies(path) or not re.search(pattern, code):
                continue
            for number, line in enumerate(lines, 1):
                if match := re.search(pattern, line):
                    yield Complaint("banned", path, number, f"{match[0].strip()}: use {instead}")
        for match in FILESYSTEM_CALL.finditer(code):
            if _house(path) and not re.search(r"\b(ec|error|error_code|ignored)\b", match[0]):
                yield Complaint("banned", path, code.count("\n", 0, match.start()) + 1,
                                "std::filesystem without error_code: it throws")


UNFINISHED = re.compile(r"\b(FIXME|TODO\(now\)|TODO(?!\((?:soon|later|perf|port)\):))")


def nothing_is_unfinished(project):
    for path in project.paths:
        if not _is_code(path) or path.startswith("tests/tidy/"):
            continue
        for number, line in enumerate(project.text(path).splitlines(), 1):
            if match := UNFINISHED.search(line):
                yield Complaint("unfinished", path, number,
                                f"{match[0]}: finish it, or TODO(soon|later|perf|port): why")


def headers_are_guarded(project):
    for path in project.paths:
        if path.endswith(".h") and not is_generated(path) and "shim/" not in path:
            if not re.search(r"(?m)^#pragma once$", project.text(path)):
                yield Complaint("pragma-once", path, 1, "#pragma once is missing")


# --- documents ---------------------------------------------------------------------------------


def _anchors(text):
    """The names that GitHub gives to the headings of a document."""
    for heading in re.findall(r"(?m)^#+ +(.+?)\s*$", text):
        plain = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).strip().lower()
        yield re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def links_resolve(project):
    """A relative link in a document leads to a file, and its #part to a heading of it."""
    for path in project.paths:
        if not path.endswith(".md"):
            continue
        text = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", lambda m: "\n" * m[0].count("\n"),
                      project.text(path))
        for match in re.finditer(r"\[[^\]]*\]\(([^)\s]+)\)", text):
            target, _, part = match[1].partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            line = text.count("\n", 0, match.start()) + 1
            folder = project.root / path
            full = (folder.parent / target) if target else folder
            if not full.exists():
                yield Complaint("links", path, line, f"{target} does not exist")
            elif part and full.suffix == ".md" and part not in _anchors(full.read_text()):
                yield Complaint("links", path, line, f"{match[1]}: there is no such heading")


RULES = [
    rooms_point_downward, edges_are_listed, sources_are_built, headers_are_used, readmes_say_enough,
    files_are_short, functions_are_short, lines_are_narrow, words_are_banned, nothing_is_unfinished,
    headers_are_guarded, links_resolve,
]
