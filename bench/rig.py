"""What `compare` measures with: inputs, limits, stores, the clock, and the table of results."""
import contextlib
import dataclasses
import functools
import hashlib
import mmap
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIRECTORIES, FILES, SMALL_BYTES = 100, 100, 10240  # the small tree
GC_SHARE = 4  # gc throws away a quarter of the big file
MADV_POPULATE_WRITE = 23


@dataclasses.dataclass
class Sample:
    """One run. `proof` is what all programs must agree on; `cpu` counts processor seconds."""
    value: float
    proof: str = ""
    cpu: float | None = None
    peak_mib: float | None = None


@dataclasses.dataclass
class Repo:
    path: Path
    cids: dict = dataclasses.field(default_factory=dict)


def keep_memory_warm(size):
    """Sees to it that `size` bytes of free memory stay cheap until this process is ended.

    A virtual machine's host may take free blocks of 1 MiB and more back, and getting them again
    costs up to 5 s per GiB, which would hit runs at random. So all pages but one in each 512 KiB
    are let go: what is free is too scattered to be taken, and is handed out first.
    """
    page, step = mmap.PAGESIZE, 512 << 10
    kept = mmap.mmap(-1, size // step * step, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    kept.madvise(mmap.MADV_NOHUGEPAGE)
    kept.madvise(MADV_POPULATE_WRITE)
    for at in range(0, len(kept), step):
        kept.madvise(mmap.MADV_DONTNEED, at + page, step - page)
    print("warm", flush=True)
    signal.pause()


def available_bytes():
    found = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
    return int(found[1]) << 10


class Bench:
    """The inputs, the limits, the results, and running things under the clock."""

    def __init__(self, programs, size, runs, work):
        self.work, self.size, self.runs, self.rows = work, size, runs, []
        # In a process of its own: a child's peak of memory starts at that of its parent.
        warm = min(available_bytes() // 2, 8 * size + (2 << 30))
        self.warmer = subprocess.Popen([sys.executable, __file__, str(warm)],
                                       stdout=subprocess.PIPE)
        self.warmer.stdout.readline()
        self.programs = [Program(name, path, self) for name, path in programs.items() if path]

    def close(self):
        self.warmer.kill()
        self.warmer.wait()

    def input(self, name, size):
        """A file of random bytes, the same in every run of this script."""
        path = self.work / name
        if not path.exists():
            source = random.Random(name)
            with open(path, "wb") as file:
                for at in range(0, size, 1 << 20):
                    file.write(source.randbytes(min(1 << 20, size - at)))
        return path

    big = functools.cached_property(lambda self: self.input("big", self.size))
    share = functools.cached_property(lambda self: self.input("share", self.size // GC_SHARE))
    page = functools.cached_property(lambda self: self.input("page", SMALL_BYTES))
    tiny = functools.cached_property(lambda self: self.input("tiny", 1024))
    # As many bytes as the small tree has.
    flat = functools.cached_property(
        lambda self: self.input("flat", DIRECTORIES * FILES * SMALL_BYTES))

    @functools.cached_property
    def tree(self):
        for directory in range(DIRECTORIES):
            (self.work / "tree" / f"d{directory:02}").mkdir(parents=True)
            for file in range(FILES):
                self.input(f"tree/d{directory:02}/f{file:02}", SMALL_BYTES)
        return self.work / "tree"

    @functools.cache
    def car(self, name):
        """The CAR of `big` or `tree`, written by the first program."""
        first, path = self.programs[0], self.work / f"{name}.car"
        with open(path, "wb") as file:
            first.timed(first.repo("base"), "dag", "export", first.repo("base").cids[name],
                        out=file)
        return path

    @functools.cached_property
    def add_limit_tool(self):
        tool = self.work / "add_limit"
        subprocess.run(["g++", "-O2", "-std=c++20", "-pthread", "-o", tool,
                        HERE / "add_limit.cc", "-lcrypto"], check=True)
        return tool

    def timed(self, argv, env=None, out=None):
        """Runs one command; its standard output, unless it goes to `out`, is the proof."""
        with open(self.work / "out", "w+b") as kept, open(self.work / "err", "w+b") as errors:
            start = time.perf_counter()
            process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=out or kept,
                                       stderr=errors)
            try:
                _, status, usage = os.wait4(process.pid, 0)
            except BaseException:
                process.kill()
                raise
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            kept.seek(0)
            errors.seek(0)
            if process.returncode:
                words = errors.read().decode(errors="replace").strip()[-120:]
                raise RuntimeError(f"{' '.join(map(str, argv[1:4]))}: {words}")
            return Sample(seconds, kept.read().decode(errors="replace").strip(),
                          usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def add_limit(self, path, keep=True):
        """The limit of adding: read, SHA-256 on all cores, and (keep) write once."""

        def limit():
            out = self.work / "limit.out" if keep else Path(os.devnull)
            value = float(self.timed([self.add_limit_tool, path, out]).proof)
            if keep:
                out.unlink()
            return value

        return limit

    def compare(self, label, measure, goals=(None, None), limit=None, proof=None, runs=None):
        """One row. measure(program) gives a Sample; proof(program) is compared but not timed."""
        samples, limits, notes, proofs = {}, [], [], set()
        alive = list(self.programs)
        for turn in range(-1, runs or self.runs):
            for program in alive[::-1 if turn % 2 else 1]:
                try:
                    if turn >= 0:
                        samples.setdefault(program.name, []).append(measure(program))
                    elif proof:
                        proofs.add(str(proof(program)))
                except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                    notes.append(f"{program.name} failed: {error}")
                    alive.remove(program)
            if limit and turn >= 0:
                limits.append(limit())
        proofs |= {sample.proof for taken in samples.values() for sample in taken if sample.proof}
        if len(proofs) > 1:
            notes.append("UNLIKE RESULTS: " + " / ".join(sorted(proofs))[:100])
        self.rows.append(row_of(label, samples, limits, goals, "; ".join(notes)))
        print(markdown_line(self.rows[-1]), flush=True)


class Program:
    """One of the programs, with its stores."""

    def __init__(self, name, path, bench):
        self.name, self.path, self.bench, self.folder = name, path, bench, bench.work / name

    def argv(self, *arguments):
        return [self.path, *map(str, arguments)]

    def environment(self, repo):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "IPFS_PATH": str(repo.path),
                "IPFS_TELEMETRY": "off"}

    def timed(self, repo, *arguments, out=None):
        return self.bench.timed(self.argv(*arguments), self.environment(repo), out)

    def to_null(self, repo, *arguments):
        with open(os.devnull, "wb") as out:
            return self.timed(repo, *arguments, out=out)

    def call(self, repo, *arguments, text=None):
        done = subprocess.run(self.argv(*arguments), env=self.environment(repo), input=text,
                              capture_output=True, text=True)
        if done.returncode:
            words = " ".join(map(str, arguments[:3]))
            raise RuntimeError(f"{self.path} {words}: {done.stderr.strip()[-120:]}")
        return done.stdout.strip()

    def digest(self, repo, *arguments):
        """The hash of what a command prints."""
        with subprocess.Popen(self.argv(*arguments), env=self.environment(repo),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            digest = hashlib.file_digest(process.stdout, "sha256").hexdigest()[:16]
        if process.returncode:
            raise RuntimeError(f"{arguments[0]}: exit code {process.returncode}")
        return digest

    @functools.cache
    def repo(self, kind):
        """A store of each kind, made when first asked for: empty, tree, base, pins."""
        bench, path = self.bench, self.folder / kind
        self.folder.mkdir(exist_ok=True)
        shutil.rmtree(path, ignore_errors=True)  # what a failed attempt left
        repo = Repo(path)
        self.call(repo, "init", "--profile=test")
        for name in {"base": ["tree", "big", "tiny", "page"], "tree": ["tree"]}.get(kind, []):
            repo.cids[name] = self.call(repo, "add", "-Q", "-r", getattr(bench, name))
        if kind == "pins":
            added = self.call(repo, "add", "-q", "-r", "--pin=false", bench.tree).splitlines()
            self.call(repo, "pin", "add", text="\n".join(added[:DIRECTORIES * FILES]) + "\n")
        return repo

    @contextlib.contextmanager
    def fresh(self, kind="empty"):
        """A copy of a store, thrown away afterwards."""
        made = self.repo(kind)
        copy = dataclasses.replace(made, path=self.folder / "fresh")
        subprocess.run(["cp", "-a", made.path, copy.path], check=True)
        try:
            yield copy
        finally:
            shutil.rmtree(copy.path)

    @contextlib.contextmanager
    def fetched(self):
        """Where `get` puts things; removed afterwards."""
        self.folder.mkdir(exist_ok=True)
        yield self.folder / "got"
        shutil.rmtree(self.folder / "got")


def row_of(label, samples, limits, goals, note):
    """Medians, and the median of the ratios of runs that stood beside each other."""

    def middle(values):
        return statistics.median(values) if values else None

    kubo, ours = samples.get("kubo", []), samples.get("ipfs-kit", [])
    pairs = [a.value / b.value for a, b in zip(kubo, ours)]
    row = {"work": label, "note": note, "kubo_s": [s.value for s in kubo],
           "ours_s": [s.value for s in ours], "limit_s": limits, "pairs": pairs,
           "kubo_median_s": middle([s.value for s in kubo]),
           "ours_median_s": middle([s.value for s in ours]), "limit_median_s": middle(limits),
           "times_kubo": middle(pairs), "goal_times_kubo": goals[0], "goal_times_limit": goals[1],
           "times_kubo_cpu": middle([a.cpu / b.cpu for a, b in zip(kubo, ours) if b.cpu]),
           "kubo_peak_mib": max((s.peak_mib or 0 for s in kubo), default=None),
           "ours_peak_mib": max((s.peak_mib or 0 for s in ours), default=None)}
    row["times_limit"] = None
    if limits and ours:
        row["times_limit"] = row["ours_median_s"] / row["limit_median_s"]
    return row


HEADER = """| work | Kubo | ipfs-kit | limit | x Kubo (wanted) | x limit (wanted) | memory |
|---|---|---|---|---|---|---|"""


def markdown_line(row):
    def seconds(value):
        if value is None:
            return "-"
        if value < 1e-3:
            return f"{value * 1e6:.1f} us"
        return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"

    def ratio(value, goal, sign):
        if value is None:
            return "-"
        return f"{value:.2f}" + (f" ({sign} {goal:g})" if goal else "")

    spread = f" [{min(row['pairs']):.1f}..{max(row['pairs']):.1f}]" if len(row["pairs"]) > 1 else ""
    peak = f"{row['ours_peak_mib']:.0f} MiB" if row["ours_peak_mib"] else "-"
    cells = [row["work"] + (f" **{row['note']}**" if row["note"] else ""),
             seconds(row["kubo_median_s"]), seconds(row["ours_median_s"]),
             seconds(row["limit_median_s"]),
             ratio(row["times_kubo"], row["goal_times_kubo"], ">=") + spread,
             ratio(row["times_limit"], row["goal_times_limit"], "<="), peak]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    keep_memory_warm(int(sys.argv[1]))
