#!/usr/bin/env python3
"""Drives a real Kubo and ours through the same random changes of the mutable tree.

    files.py --b OURS [--a KUBO] [--cases N] [--steps N] [--seed N] [--only NUMBER ...] [--jobs N]

After each command the output, the error text, the exit code and the CID of the whole tree must be
the same. A case that differs is printed with all its commands, and is repeated by --seed and
--only. Left out is only what ours does otherwise on purpose: moving a folder into itself, which
Kubo loses, folders of identity CIDs, which Kubo cannot flush when they grow, long writes with
--hash=identity, which Kubo refuses, and writing into files that hold bytes beside their links,
where Kubo misplaces them.
"""
import argparse
import concurrent.futures
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from programs import Program

KUBO = os.environ.get("KIT_KUBO") or os.path.expanduser("~/.cache/ipfs-kit-peers/bin/ipfs")
NAMES = ["a", "b", "c", "long-name-of-an-entry", "ä"]
SIZES = [0, 1, 5, 1000, 4096, 5000, 262144, 262145, 700000, 2200000]
OFFSETS = [0, 0, 0, 1, 3, 100, 4096, 262143, 262144, 500000, 1000000]
HASHES = ["sha2-256", "sha2-512", "blake2b-256", "nonsense"]
PROFILES = ["plain", "plain", "v1-2025", "hamt-links", "hamt-block", "hamt-disabled", "configured"]
FORMATS = ["<hash> <size> <cumulsize> <type> <childs>", "<mode> <mode-octal> <mtime> <mtime-secs>"]


def make_inputs(folder):
    """Files whose bytes depend on their size alone, and folders that become HAMTs."""
    for size in SIZES:
        (folder / f"bytes-{size}").write_bytes(random.Random(size).randbytes(size))
    for count in (3, 40):
        below = folder / f"folder-{count}"
        below.mkdir()
        for number in range(count):
            (below / f"entry-number-{number:03}").write_bytes(b"%d" % number)
    (folder / "link").symlink_to("bytes-5")


class Case:
    """The commands of one case, each drawn when it is its turn."""

    def __init__(self, seed, number):
        self.random = random.Random(f"{seed}-{number}")
        self.profile = self.random.choice(PROFILES)
        self.roots = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def path(self, kind=""):
        """A path of the tree; `kind` is the first letter of names that are never written to."""
        depth = self.random.choice([1, 1, 1, 2, 2, 3])
        names = [self.random.choice(NAMES) for _ in range(depth)]
        if kind:
            names[-1] = kind + names[-1]
        path = "/" + "/".join(names)
        odd = self.random.random()
        if odd < 0.04:
            return path + "/"
        return path.replace("/", "//", 1) if odd < 0.06 else path[1:] if odd < 0.07 else path

    def flags(self, chance, *names):
        return [name for name in names if self.random.random() < chance]

    def form(self):
        options = []
        if self.random.random() < 0.15:
            options.append(f"--cid-version={self.pick('0', '1', '1', '2')}")
        if self.random.random() < 0.08:
            options.append(f"--hash={self.random.choice(HASHES)}")
        return options

    def flush(self):
        return ["--flush=false"] if self.random.random() < 0.15 else []

    def setup(self):
        """Content that `cp` takes from."""
        for name in ("bytes-5", "bytes-700000", "bytes-2200000", "link"):
            yield ["add", "-Q", "--pin=false", name]
            yield ["add", "-Q", "--pin=false", "--cid-version=1", name]
        yield ["add", "-Q", "-r", "folder-3"]
        yield ["add", "-Q", "-r", "--cid-version=1", "folder-40"]
        yield ["add", "-Q", "--trickle", "bytes-2200000"]

    def write(self):
        options = self.flags(0.8, "--create") + self.flags(0.3, "--parents")
        options += self.flags(0.15, "--truncate") + self.flush()
        is_identity = self.random.random() < 0.03
        options += ["--hash=identity"] if is_identity else self.form()
        if self.random.random() < 0.5:
            options.append(f"--offset={self.random.choice(OFFSETS)}")
        if self.random.random() < 0.1:
            options.append(f"--count={self.pick('0', '3', '5000', '-1')}")
        if self.random.random() < 0.15:
            options.append(f"--raw-leaves={self.pick('true', 'false')}")
        size = self.random.choice(SIZES[:3] if is_identity else SIZES)
        return ["files", "write", *options, self.path(), f"bytes-{size}"]

    def cp(self):
        root, is_plain = self.random.choice(self.roots)
        options = self.flags(0.2, "--force") + self.flags(0.3, "--parents") + self.flush()
        if self.random.random() < 0.3:
            return ["files", "cp", *options, self.path(), self.path()]
        return ["files", "cp", *options, f"/ipfs/{root}", self.path("" if is_plain else "s")]

    def mv(self):
        source, target = self.path(), self.path()
        inside = (target.strip("/") + "/").startswith(source.strip("/") + "/")
        return None if inside else ["files", "mv", *self.flush(), source, target]

    def read(self):
        options = [f"--offset={self.random.choice(OFFSETS)}"] if self.random.random() < 0.5 else []
        options += [f"--count={self.pick('0', '7', '300000')}"] if self.pick(True, False) else []
        return ["files", "read", *options, self.path(self.pick("", "", "s"))]

    def stat(self):
        options = self.pick([], ["--hash"], ["--size"], ["--with-local"], ["--enc=json"],
                            [f"--format={self.random.choice(FORMATS)}"], ["--hash", "--size"],
                            ["--cid-base=base32"])
        return ["files", "stat", *options, self.path(self.pick("", "", "s", "t"))]

    def ls(self):
        options = self.flags(0.5, "--long") + self.flags(0.2, "-U") + self.flags(0.2, "--enc=json")
        return ["files", "ls", *options, self.pick("/", "/", self.path())]

    def step(self):
        kind = self.random.choices(
            ["write", "mkdir", "cp", "mv", "rm", "read", "stat", "ls", "chcid", "chmod", "touch",
             "flush", "add", "fill"], [30, 10, 12, 8, 8, 8, 6, 6, 3, 3, 3, 2, 3, 3])[0]
        if kind in ("write", "cp", "mv", "read", "stat", "ls"):
            return getattr(self, kind)()
        if kind == "mkdir":
            path = self.path(self.pick("", "", "", "t"))
            return ["files", "mkdir", *self.flags(0.4, "-p"), *self.form(), *self.flush(), path]
        if kind == "rm":
            return ["files", "rm", *self.flags(0.5, "-r"), *self.flags(0.2, "--force"),
                    *[self.path(self.pick("", "", "s")) for _ in range(self.pick(1, 1, 2))]]
        if kind == "chcid":
            return ["files", "chcid", *self.form(), self.path()]
        if kind == "chmod":
            mode = self.pick("644", "0755", "0", "1777", "40000755", "9", "777777777777")
            return ["files", "chmod", mode, self.path(self.pick("s", "t"))]
        if kind == "touch":
            options = [f"--mtime={self.pick('1630937926', '-5', '1')}"]
            options += [f"--mtime-nsecs={self.pick('7', '1000000001')}"] if self.pick(0, 1) else []
            return ["files", "touch", *options, self.path("t")]
        if kind == "flush":
            return ["files", "flush", self.pick("/", self.path())]
        if kind == "fill":
            name = f"/{self.random.choice(NAMES)}/{'filler-' * 8}{self.random.randrange(30)}"
            return ["files", "cp", "-p", f"/ipfs/{self.random.choice(self.roots)[0]}", name + "-s"]
        return ["add", "-Q", self.pick("bytes-5000", "bytes-700000"), "--raw-leaves",
                f"--to-files={self.pick('', '/', self.path(), self.path() + '/')}"]


class Comparison:
    """One case on both programs."""

    def __init__(self, case, programs, number):
        self.case, self.programs = case, programs
        self.stores = [program.store(case.profile, f"case-{number}") for program in programs]
        self.done = []

    def both(self, command):
        answers = []
        for program, store in zip(self.programs, self.stores):
            answer, _ = program.run(store, *command)
            answers.append(answer)
        self.done.append(" ".join(command))
        return answers

    def run(self, step_count):
        """What differs, as text; "" when nothing does."""
        for command in self.case.setup():
            first, second = self.both(command)
            if first != second:
                return self.told(first, second)
            is_plain = command[-1] != "link" and not (command[-1] == "bytes-5"
                                                      and len(command) == 4)
            self.case.roots.append((first.out.strip(), is_plain))
        self.done.clear()
        for _ in range(step_count):
            command = self.case.step()
            if command is None:
                continue
            for each in (command, ["files", "stat", "--hash", "/"]):
                first, second = self.both(each)
                if first != second:
                    return self.told(first, second)
            self.done.pop()
        return ""

    def told(self, first, second):
        lines = "\n".join(f"    ipfs {line}" for line in self.done)
        return f"  profile {self.case.profile}\n{lines}\n  {first}\n  but\n  {second}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a", type=Path, default=Path(KUBO), help="the real Kubo")
    parser.add_argument("--b", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as work:
        inputs = Path(work) / "inputs"
        inputs.mkdir()
        make_inputs(inputs)
        programs = [Program("kubo", options.a.resolve(), Path(work), inputs),
                    Program("ours", options.b.resolve(), Path(work), inputs)]

        def run(number):
            case = Case(options.seed, number)
            return number, Comparison(case, programs, number).run(options.steps)

        for profile in sorted(set(PROFILES)):
            for program in programs:
                program.template(profile)
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for number, difference in pool.map(run, options.only or range(options.cases)):
                if difference:
                    failed += 1
                    print(f"case {number} (--seed {options.seed} --only {number}):\n{difference}",
                          flush=True)
        count = len(options.only or range(options.cases))
        print(f"{count} cases of {options.steps} steps: {failed} differ (seed {options.seed})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
