#!/usr/bin/env python3
"""Runs scenarios: text files that say what to type and what must be printed.

    run.py --program PATH [FILE ...]         UPDATE=1 writes what was printed into the files
    run.py --program PATH --daemon [FILE ...]  every command that can runs in a daemon

What is indented by two spaces is code, everything else is prose:

      $ printf 'hello' > a         a command for bash; `  > ` continues it
      added Qm... a                what it must print, standard error included
      [1]                          its exit code, unless 0

In expected lines `{*}` stands for any text, and a line `{...}` for any lines. `{DIR}` is the folder
that the scenario runs in; it is new, is $HOME, and holds the store ($IPFS_PATH is {DIR}/store). All
commands of a file run in one shell, so variables stay. `ipfs` is the program under test.
Expectations were taken from Kubo 0.43.1 and are checked against it, except in files whose name
starts with kit_.

With --daemon a daemon serves the store as soon as `ipfs init` has made it, and everything must be
printed as without one. What a scenario tells of files of the store itself (removing, damaging)
belongs into files that are not run so.
"""
import argparse
import contextlib
import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_SECONDS = 300
MARK = "--- end of command"
HERE = Path(__file__).resolve().parent


@dataclass
class Step:
    """A command with what it must print. `first` and `last` bound the printed lines in the file."""
    command: str
    expected: list = field(default_factory=list)
    first: int = 0
    last: int = 0


def parse(text):
    """The steps of a scenario."""
    steps = []
    for number, line in enumerate(text.splitlines()):
        if line.startswith("  $ "):
            steps.append(Step(line[4:], first=number + 1, last=number + 1))
        elif line.startswith("  > ") and steps and not steps[-1].expected:
            steps[-1].command += "\n" + line[4:]
            steps[-1].first = steps[-1].last = number + 1
        elif line.startswith("  ") and steps and steps[-1].last == number:
            steps[-1].expected.append(line[2:])
            steps[-1].last = number + 1
    return steps


# `ipfs` with --daemon: what `init` makes is served from then on, on a port that the system chooses.
# The daemon's own words go nowhere, and its number into a file, so that it is ended by it.
SERVING = """#!/bin/bash
"{program}" "$@"
code=$?
api="$IPFS_PATH/api"
if [ $code = 0 ] && [ -e "$IPFS_PATH/config" ] && [ ! -e "$api" ] && [ "$1" = init ]; then
    "{program}" config Addresses.API /ip4/127.0.0.1/tcp/0 >/dev/null
    "{program}" config --json Addresses.Gateway '[]' >/dev/null
    setsid "{program}" daemon --offline >/dev/null 2>&1 </dev/null &
    echo $! >>"{folder}/daemons"
    for try in $(seq 600); do [ -e "$api" ] && break; sleep 0.05; done
fi
exit $code
"""


def end_daemons(folder):
    """Ends those that the scenario's `init` started, and no other."""
    listed = folder / "daemons"
    for number in listed.read_text().split() if listed.exists() else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(number), signal.SIGTERM)


def environment(folder, program, serves):
    """A bare environment in which `ipfs` is the program and the store lies in the folder."""
    (folder / "bin").mkdir()
    if serves:
        script = folder / "bin" / "ipfs"
        script.write_text(SERVING.replace("{program}", str(program))
                          .replace("{folder}", str(folder)))
        script.chmod(0o755)
    else:
        (folder / "bin" / "ipfs").symlink_to(program)
    (folder / "work").mkdir()
    kept = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
    work = folder / "work"
    return kept | {"PATH": f"{folder}/bin:/usr/local/bin:/usr/bin:/bin", "HOME": str(work),
                   "IPFS_PATH": str(work / "store"), "IPFS_TELEMETRY": "off",
                   "LC_ALL": "C.UTF-8", "TZ": "UTC", "TMPDIR": str(folder)}


def run(steps, folder, program, serves):
    """What each step printed, as lines; the last is [code] if it failed."""
    script = "exec 2>&1\n" + "".join(
        f"{step.command}\nprintf '\\n{MARK} %s\\n' \"$?\"\n" for step in steps)
    done = subprocess.run(["bash", "-c", script], cwd=folder / "work", stdin=subprocess.DEVNULL,
                          env=environment(folder, program, serves), stdout=subprocess.PIPE,
                          timeout=TIMEOUT_SECONDS)
    printed = done.stdout.decode(errors="backslashreplace")
    printed = printed.replace(str(folder / "work"), "{DIR}")
    outputs = []
    for match in re.finditer(rf"(?s)(.*?)\n{MARK} (\d+)\n", printed):
        lines = match[1].replace("\r", "\\r").split("\n")
        if lines[-1] == "":
            lines.pop()
        elif lines:
            lines[-1] += "{no newline}"
        outputs.append(lines + ([f"[{match[2]}]"] if match[2] != "0" else []))
    if len(outputs) < len(steps):
        outputs.append(["the shell ended here:"] + printed.split("\n")[-5:])
    return outputs


def line_matches(expected, actual):
    pattern = ".*".join(map(re.escape, expected.split("{*}")))
    return re.fullmatch(pattern, actual) is not None


def matches(expected, actual):
    """Whether the lines agree, where `{...}` stands for any number of lines."""
    if not expected:
        return not actual
    if expected[0] == "{...}":
        return any(matches(expected[1:], actual[at:]) for at in range(len(actual) + 1))
    if not actual or not line_matches(expected[0], actual[0]):
        return False
    return matches(expected[1:], actual[1:])


def updated(text, steps, outputs):
    """The file with what was printed in the place of what did not match."""
    lines = text.splitlines()
    for step, output in reversed(list(zip(steps, outputs))):
        if not matches(step.expected, output):
            lines[step.first:step.last] = ["  " + line for line in output]
    return "\n".join(lines) + "\n"


def differences(steps, outputs):
    """One text for each step that printed something else."""
    for step, output in zip(steps, outputs):
        if not matches(step.expected, output):
            diff = difflib.unified_diff(step.expected, output, "expected", "printed",
                                        lineterm="", n=2)
            yield "\n".join([f"  $ {step.command}", *diff])
    if len(outputs) < len(steps):
        yield f"  $ {steps[len(outputs)].command}\nwas never reached"


def run_file(path, program, serves):
    """Runs one scenario; says what went wrong and whether all went well."""
    text = path.read_text()
    steps = parse(text)
    if not steps:
        print(f"{path.name}: there is no command in it")
        return False
    folder = Path(tempfile.mkdtemp(prefix="scenario-"))
    try:
        outputs = run(steps, folder, program, serves)
    except subprocess.TimeoutExpired:
        print(f"{path.name}: not done after {TIMEOUT_SECONDS} s")
        return False
    finally:
        end_daemons(folder)
        subprocess.run(["chmod", "-R", "u+rwX", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    found = list(differences(steps, outputs))
    if found and os.environ.get("UPDATE") == "1" and not serves:
        path.write_text(updated(text, steps, outputs))
        print(f"{path.name}: {len(found)} of {len(steps)} steps rewritten")
        return True
    for difference in found:
        print(f"{path.name}:\n{difference}\n")
    print(f"{path.name}: {len(steps) - len(found)} of {len(steps)} steps as expected")
    return not found


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True, help="an ipfs or ipfs-kit")
    parser.add_argument("--daemon", action="store_true", help="with a daemon that serves the store")
    parser.add_argument("file", type=Path, nargs="*", help="default: all beside this script")
    options = parser.parse_args()
    program = options.program.resolve()
    if not os.access(program, os.X_OK):
        parser.error(f"{program} is no program")
    files = options.file or sorted(set(HERE.glob("*.txt")) - {HERE / "CMakeLists.txt"})
    good = [run_file(path, program, options.daemon) for path in files]
    print(f"{sum(good)} of {len(good)} scenarios as expected")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
