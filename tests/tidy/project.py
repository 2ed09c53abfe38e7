"""What the tidy test looks at: the project's files and its rooms, and how it complains."""
import functools
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

SKIPPED_FOLDERS = {".git", ".venv", "build", "target", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Complaint:
    rule: str
    path: str
    line: int
    text: str
    count: int = 0  # how large it is, for the rules that measure

    def __str__(self):
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: [{self.rule}] {self.text}"


@dataclass(frozen=True)
class Room:
    name: str
    folder: str
    uses: tuple
    line: int


class Project:
    """A source tree, read once."""

    def __init__(self, root):
        self.root = Path(root)

    @functools.cached_property
    def paths(self):
        """Every file of the project, sorted: what git knows or would add, else what lies there."""
        # A clone may belong to another user, as in a container; reading its names is harmless.
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], cwd=self.root, capture_output=True)
        if listed.returncode == 0 and (self.root / ".git").exists():
            names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
        else:
            names = list(self._walk())
        return sorted({name for name in names if (self.root / name).is_file()})

    def _walk(self):
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
            for name in files:
                yield os.path.relpath(os.path.join(folder, name), self.root)

    @functools.cache
    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def has(self, path):
        return (self.root / path).exists()

    @functools.cached_property
    def rooms(self):
        """The rooms in the order of rooms.txt: the house from the ground up."""
        found = []
        for number, line in enumerate(self.text("rooms.txt").splitlines(), 1):
            if match := re.fullmatch(r"([a-z0-9_]+) +([a-z0-9_/]+) *:(.*)", line):
                found.append(Room(match[1], match[2], tuple(match[3].split()), number))
        return found

    def room_of(self, path):
        """The room whose folder holds `path`, or None."""
        for room in self.rooms:
            if path.startswith(room.folder + "/"):
                return room
        return None

    def find_include(self, include):
        """The file that `#include "..."` means: relative to src, or to the top for doors."""
        for path in (f"src/{include}", include):
            if self.has(path):
                return path
        return None


def is_cpp(path):
    return path.endswith((".h", ".cc"))


def is_test(path):
    return path.startswith("tests/") or path.endswith(("_test.cc", "_test.py", "_test.h"))


def is_generated(path):
    return "/generated/" in path
