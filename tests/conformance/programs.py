"""Runs the two programs side by side, each on stores of its own, in one bare environment."""
import functools
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cases import PROFILES

TIMEOUT_SECONDS = 60
SMALL_OUTPUT = 64 << 10  # What is longer is compared by its hash alone.


@dataclass(frozen=True)
class Answer:
    """What a command said, as far as the two must agree."""
    code: int
    out: str
    errors: str

    def __str__(self):
        text = self.out if len(self.out) < 3000 else self.out[:3000] + "..."
        return f"exit code {self.code}\n{text}{self.errors}"


def shortened(data):
    if len(data) <= SMALL_OUTPUT:
        return data.decode(errors="backslashreplace")
    return f"{len(data)} bytes with sha256 {hashlib.sha256(data).hexdigest()}\n"


def error_lines(data):
    """The lines that say what was wrong; usage and progress are not part of the comparison."""
    lines = data.decode(errors="backslashreplace").splitlines()
    return "\n".join(line for line in lines if line.startswith("Error"))


class Program:
    """One of the two, with a folder for its stores."""

    def __init__(self, name, path, work, inputs):
        self.name, self.path, self.work, self.inputs = name, path, work, inputs

    def environment(self, store):
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.work), "IPFS_PATH": str(store),
                "IPFS_TELEMETRY": "off", "LC_ALL": "C.UTF-8", "TZ": "UTC"} | {
                    key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}

    def run(self, store, *arguments, stdin=None):
        """(Answer, all bytes of standard output); paths of the stores are told apart no more."""
        command = [self.path, "--offline", *map(str, arguments)]
        with open(stdin or os.devnull, "rb") as source:
            try:
                done = subprocess.run(command, cwd=self.inputs, env=self.environment(store),
                                      stdin=source, capture_output=True, timeout=TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                return Answer(-1, f"{self.name} was not done after {TIMEOUT_SECONDS} s\n", ""), b""
        out = done.stdout.replace(str(store).encode(), b"{STORE}")
        errors = error_lines(done.stderr.replace(str(store).encode(), b"{STORE}"))
        return Answer(done.returncode, shortened(out), errors), done.stdout

    @functools.cache
    def template(self, profile):
        store = self.work / f"template-{self.name}-{profile}"
        for command in [["init", "--profile=test"], *PROFILES[profile]]:
            answer, _ = self.run(store, *command)
            if answer.code != 0:
                raise RuntimeError(f"{self.name}: {' '.join(command)}: {answer}")
        return store

    def store(self, profile, purpose):
        """A store with that profile, copied from a template when first asked for."""
        # The filestore only takes files below the folder that holds the store.
        store = self.work / f"{self.name}-{profile}-{purpose}"
        if not store.exists():
            shutil.copytree(self.template(profile), store, symlinks=True)
        return store


def describe_tree(path, with_times):
    """What `get` wrote: names, kinds, modes, contents, and times where they were kept."""
    path = Path(path)
    if not path.is_symlink() and not path.exists():
        return "nothing\n"
    lines = []
    for each in [path, *([] if path.is_symlink() else sorted(path.rglob("*")))]:
        name = os.fsencode(each.relative_to(path)).decode(errors="backslashreplace")
        info = each.lstat()
        if each.is_symlink():
            lines.append(f"{name} -> {os.readlink(each)}")
            continue
        digest = hashlib.sha256(each.read_bytes()).hexdigest() if each.is_file() else "directory"
        time = f" {info.st_mtime_ns}" if with_times and info.st_mtime < 1.7e9 else ""
        lines.append(f"{name} {info.st_mode:o} {digest}{time}")
    return "\n".join(lines) + "\n"
