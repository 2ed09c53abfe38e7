#!/usr/bin/env python3
"""Completes commands in real shells with the scripts that the program prints.

    completion_test.py --program PATH SHELL     exits with 77 and says why when SHELL is not here
"""
import argparse
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SKIPPED = 77
SECONDS_MAX = 60
# What is typed, and what completing it must offer.
CASES = [
    ("ipfs-kit pi", {"pin", "ping"}),
    ("ipfs-kit pin ver", {"verify"}),
    ("ipfs-kit pin ", {"add", "ls", "remote", "rm", "update", "verify"}),
    ("ipfs pin upd", {"update"}),
    ("ipfs-kit --offline pin ver", {"verify"}),
    ("ipfs-kit add --pin-n", {"--pin-name"}),
    ("ipfs-kit add --only", {"--only-hash"}),
    ("ipfs-kit repo stat --hum", {"--human"}),
]


def bash(script, folder, typed):
    last = "''" if typed.endswith(" ") else ""
    lines = (f"source {script}; COMP_WORDS=({typed} {last}); "
             "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ipfs_kit; printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "--norc", "-c", lines], cwd=folder, capture_output=True,
                          text=True, check=True)
    return {word.strip().removesuffix("=") for word in done.stdout.splitlines()}


def fish(script, folder, typed):
    lines = f"source {script}; complete -C '{typed}'"
    done = subprocess.run(["fish", "--no-config", "-c", lines], cwd=folder, capture_output=True,
                          text=True, check=True, env=os.environ | {"HOME": str(folder)})
    assert not done.stderr, done.stderr
    return {line.split("\t")[0].removesuffix("=") for line in done.stdout.splitlines()}


class Terminal:
    """zsh completes in a terminal only, so it gets one."""

    def __init__(self, script, folder):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ |= {"TERM": "dumb", "HOME": str(folder), "PS1": "ready> "}
            os.execvp("zsh", ["zsh", "-f", "-i"])
        self.text = ""
        self.wait_for("ready> ")
        self.send("unsetopt zle_bracketed_paste prompt_sp; LISTMAX=10000; "
                  "autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' list-prompt ''; "
                  f"source {script}; echo LOAD''ED\n")
        self.wait_for("LOADED")
        self.wait_for("ready> ")

    def send(self, text):
        os.write(self.descriptor, text.encode())

    def wait_for(self, mark):
        """What came until the mark, which is taken too."""
        end = time.monotonic() + SECONDS_MAX
        while mark not in self.text:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
                raise TimeoutError(f"zsh did not print {mark!r}, but: {self.text!r}")
            self.text += os.read(self.descriptor, 65536).decode(errors="replace")
        before, self.text = self.text.split(mark, 1)
        return before

    def complete(self, typed):
        # Once completed, the line becomes an argument of print, so that what it says is printed.
        self.send(f"{typed}\t\x01print -r -- 'GOT <'\x05'>'\n")
        self.wait_for("GOT <")
        return self.wait_for("ready> ")

    def close(self):
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


def check_zsh(script, folder):
    """One candidate at a time: zsh writes it into the line."""
    terminal = Terminal(script, folder)
    failures = []
    for typed, wanted in CASES:
        if len(wanted) > 1:
            continue
        head, _, _ = typed.rpartition(" ")
        answer = terminal.complete(typed)
        expected = f"{head} {next(iter(wanted))}"
        if expected not in re.sub(r"\s+", " ", answer):
            failures.append(f"{typed!r}: {answer!r} is not {expected!r}")
    terminal.close()
    return failures


def check(complete, script, folder):
    failures = []
    for typed, wanted in CASES:
        got = complete(script, folder, typed)
        if got != wanted:
            failures.append(f"{typed!r}: {sorted(got)} is not {sorted(wanted)}")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("shell", choices=["bash", "fish", "zsh"])
    options = parser.parse_args()
    if shutil.which(options.shell) is None:
        print(f"skipped: {options.shell} is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="kit-completion-") as name:
        folder = Path(name)
        script = folder / "script"
        script.write_bytes(subprocess.run(
            [options.program, "commands", "completion", options.shell], check=True,
            stdout=subprocess.PIPE, env=os.environ | {"IPFS_PATH": name}).stdout)
        if options.shell == "zsh":
            failures = check_zsh(script, folder)
        else:
            failures = check(globals()[options.shell], script, folder)
    for failure in failures:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
