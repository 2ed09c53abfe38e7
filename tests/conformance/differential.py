#!/usr/bin/env python3
"""Drives a real Kubo and ours with the same inputs and options, and compares what they say.

    differential.py --b OURS [--a KUBO] [--cases N] [--seed N] [--only NUMBER ...] [--jobs N]

Each case adds something with options drawn from the seed and looks at the result: the lines that
`add` prints, `ls`, `refs`, `dag stat`, the bytes of the CAR, what `get` writes, error texts and
exit codes. CARs that one wrote are imported by the other. A case that differs is printed with its
commands and is repeated by --seed and --only.
"""
import argparse
import concurrent.futures
import difflib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cases import make_case
from inputs import make_inputs
from programs import Answer, Program, describe_tree

KUBO = os.environ.get("KIT_KUBO") or os.path.expanduser("~/.cache/ipfs-kit-peers/bin/ipfs")
IMPORT_EVERY, GET_EVERY = 3, 2


class Comparison:
    """One case on both programs; collects where they differ."""

    def __init__(self, case, programs, worker, folder):
        self.case, self.programs, self.worker, self.folder = case, programs, worker, folder
        self.stores = [program.store(case.profile, worker) for program in programs]
        self.differences, self.added = [], False

    def both(self, *arguments, stdin=None):
        """Runs it on both; returns the answer and bytes of the first, or None if they differ."""
        answers = [program.run(store, *arguments, stdin=stdin)
                   for program, store in zip(self.programs, self.stores)]
        if answers[0][0] != answers[1][0]:
            self.differ(" ".join(map(str, arguments)), *(answer for answer, _ in answers))
            return None, [out for _, out in answers]
        return answers[0][0], [out for _, out in answers]

    def differ(self, what, first, second):
        diff = difflib.unified_diff(str(first).splitlines(), str(second).splitlines(),
                                    self.programs[0].name, self.programs[1].name, lineterm="", n=1)
        self.differences.append(f"  ipfs {what}\n" + "\n".join(f"    {line}" for line in diff))

    def run(self):
        case = self.case
        paths = [] if case.stdin else [each.path.name for each in case.inputs]
        stdin = case.inputs[0].path if case.stdin and not case.inputs[0].path.is_symlink() else None
        if self.meets_kubo_fault(paths):
            return
        answer, outs = self.add(paths, stdin)
        if answer is None or answer.code != 0 or not case.stores:
            return
        roots = re.findall(r"(?m)^(?:added )?(\w{40,})", outs[0].decode(errors="replace"))
        if not roots:
            return
        root, self.added = roots[-1], True
        self.export(root)
        for look in case.looks:
            self.look(look, root)
        if case.number % GET_EVERY == 0:
            self.get(root)
        if case.profile == "filestore":
            self.references("ls")
            self.references("verify")

    def look(self, look, root):
        """A stream of a sharded directory comes from Kubo in the order of its goroutines."""
        if "-s" not in look and "--stream" not in look:
            self.both(*look, root)
            return
        answers = []
        for program, store in zip(self.programs, self.stores):
            answer, out = program.run(store, *look, root)
            lines = "\n".join(sorted(out.decode(errors="replace").splitlines()))
            answers.append(Answer(answer.code, lines, answer.errors))
        if answers[0] != answers[1]:
            self.differ(" ".join([*look, root]), *answers)

    def add(self, paths, stdin):
        """With --nocopy only success, or that both refuse, is compared: Kubo takes files from below
        the store's folder alone, and says so where we say something else is wrong. So it is with a
        hash that neither can compute."""
        if not {"--nocopy", "--hash=sha2-256-trunc254-padded"} & set(self.case.options):
            return self.both("add", *self.case.options, *paths, stdin=stdin)
        ran = [program.run(store, "add", *self.case.options, *paths, stdin=stdin)
               for program, store in zip(self.programs, self.stores)]
        (first, first_out), (second, second_out) = ran
        alike = first == second or (first.code != 0 and second.code != 0)
        if not alike:
            self.differ("add --nocopy", first, second)
        return (first if alike else None), [first_out, second_out]

    def references(self, verb):
        """The same blocks in the same state; which of several equal files holds one is chance."""
        answers = []
        for program, store in zip(self.programs, self.stores):
            answer, out = program.run(store, "filestore", verb)
            blocks = [" ".join(word for word in line.decode(errors="replace").split()[:2]
                               if not word.isdigit())
                      for line in out.splitlines()]
            answers.append(Answer(answer.code, "\n".join(sorted(blocks)), answer.errors))
        if answers[0] != answers[1]:
            self.differ(f"filestore {verb}", *answers)

    def meets_kubo_fault(self, paths):
        """With --only-hash Kubo looks in its store for directories that it never put: with metadata
        it fails, and where a directory is to be sharded the CID is not that of adding it."""
        if self.case.stores:
            return False
        if self.case.profile.startswith("hamt") or any("max-dir" in o for o in self.case.options):
            return True
        if not any("mode" in o or "mtime" in o for o in self.case.options):
            return False
        answer, _ = self.programs[0].run(self.stores[0], "add", *self.case.options, *paths)
        return answer.errors.startswith("Error: ipld: could not find")

    def export(self, root):
        _, cars = self.both("dag", "export", "--progress=false", root)
        if self.case.number % IMPORT_EVERY != 0:
            return
        # Each imports what the other wrote, and can then say the same about it.
        own_stores = self.stores
        purpose = f"{self.worker}-imports"
        self.stores = [program.store("plain", purpose) for program in self.programs]
        paths = []
        for program, car in zip(self.programs, reversed(cars)):
            paths.append(self.folder / f"{program.name}-{self.worker}.car")
            paths[-1].write_bytes(car)
        answers = [program.run(store, "dag", "import", "--stats", path)[0]
                   for program, store, path in zip(self.programs, self.stores, paths)]
        if answers[0] != answers[1]:
            self.differ(f"dag import --stats (the other's CAR of {root})", *answers)
        self.both("dag", "stat", "--progress=false", root)
        self.both("dag", "export", "--progress=false", root)
        self.stores = own_stores

    def get(self, root):
        with_times = any("mtime" in option for option in self.case.options)
        trees, answers = [], []
        for program, store in zip(self.programs, self.stores):
            out = self.folder / f"got-{self.worker}"
            answers.append(program.run(store, "get", "-o", out, root)[0])
            trees.append(describe_tree(out, with_times))
            subprocess.run(["chmod", "-R", "u+rwX", out], check=False, stderr=subprocess.DEVNULL)
            subprocess.run(["rm", "-rf", out], check=True)
        if answers[0] != answers[1]:
            self.differ(f"get -o out {root}", *answers)
        if trees[0] != trees[1]:
            self.differ(f"get -o out {root} (what it wrote)", *trees)


def mutable_root(program, store):
    """The block of `files`, which a program that has no such command does not keep."""
    _, root = program.run(store, "files", "stat", "--hash", "/")
    return program.run(store, "cid", "format", "-v1", "--mc=raw", "-bbase32",
                       root.decode().strip() or "none")[1].decode().strip()


def compare_ends(programs, workers, profiles):
    """After everything: the same pins, and after collection the same blocks."""
    differences = []
    for worker in range(workers):
        for profile in profiles:
            stores = [program.work / f"{program.name}-{profile}-{worker}" for program in programs]
            if not all(store.exists() for store in stores):
                continue
            left_out = {"", mutable_root(programs[0], stores[0])}
            for command in (["pin", "ls", "--type=recursive", "--names"],
                            ["repo", "gc", "--silent"], ["refs", "local"]):
                answers = []
                for program, store in zip(programs, stores):
                    answer, out = program.run(store, *command)
                    lines = set(out.decode().splitlines()) - left_out
                    answers.append(Answer(answer.code, "\n".join(sorted(lines)), answer.errors))
                if answers[0] != answers[1]:
                    diff = "\n".join(list(difflib.unified_diff(
                        str(answers[0]).splitlines(), str(answers[1]).splitlines(), lineterm="",
                        n=0))[:30])
                    differences.append(f"at the end, {profile}: {' '.join(command)}\n{diff}")
    return differences


def run_all(options, work):
    """What was compared, and the texts of all cases that differ."""
    inputs = make_inputs(random.Random(options.seed), work / "inputs")
    programs = [Program(name, path, work, work / "inputs")
                for name, path in (("a", options.a), ("b", options.b))]
    cases = [make_case(random.Random(f"{options.seed}/{number}"), number, inputs)
             for number in range(options.cases)]
    if options.only:
        cases = [case for case in cases if case.number in options.only]
    profiles = sorted({case.profile for case in cases} | {"plain"})
    for profile in profiles:
        for program in programs:
            program.template(profile)
    workers, local = iter(range(options.jobs)), threading.local()

    def set_worker():
        local.number = next(workers)

    def run_case(case):
        comparison = Comparison(case, programs, local.number, work)
        comparison.run()
        if not comparison.differences:
            return "", comparison.added
        text = f"case {case.number}, seed {options.seed}, profile {case.profile}:"
        return "\n".join([text, *comparison.differences]), comparison.added

    with concurrent.futures.ThreadPoolExecutor(options.jobs, initializer=set_worker) as pool:
        texts, added = zip(*pool.map(run_case, cases))
    found = list(filter(None, texts)) + compare_ends(programs, options.jobs, profiles)
    return f"{len(cases)} cases, of which {sum(added)} made a DAG", found


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a", type=Path, default=KUBO, help="the real Kubo")
    parser.add_argument("--b", type=Path, required=True, help="the program to compare with it")
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, nargs="*", help="only these cases of the seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--shown", type=int, default=20, help="how many differing cases to print")
    options = parser.parse_args()
    for program in (options.a, options.b):
        if not os.access(program, os.X_OK):
            parser.error(f"{program} is no program")
    options.a, options.b = options.a.resolve(), options.b.resolve()
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    work = Path(tempfile.mkdtemp(prefix="differential-", dir=shared))
    try:
        compared, differences = run_all(options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for text in differences[:options.shown]:
        print(text, end="\n\n")
    print(f"{compared}; {len(differences)} differ (seed {options.seed})")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
