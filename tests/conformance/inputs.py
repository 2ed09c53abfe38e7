"""Files and trees to add: the same from the same seed, with what tends to go wrong in them."""
import os
from dataclasses import dataclass
from pathlib import Path

# Sizes around the edges of chunks, of inlining, and of varints.
SIZES = [0, 1, 5, 31, 32, 33, 127, 128, 129, 1000, 4096, 16383, 16384, 65535, 100_000,
         262_143, 262_144, 262_145, 524_288, 524_289, 700_001]
LARGE_SIZES = [1_048_575, 1_048_576, 1_048_577, 2_200_000, 3_145_729]
NAMES = ["a", "b.txt", "c c", "Ä", "漢字", "x'y", 'q"t', "-dash", "UPPER", "z%20z", "k=v", "tab\tb",
         "emoji🙂", "dot.", "..two", "~tilde", "#hash", "brace{}", "semi;colon", "back\\slash"]
HIDDEN = [".hidden", ".git", ".a.b"]
TIMES = [0, 1, 1_000_000_000, 1_580_608_922, 2**31, 4_102_444_800]


@dataclass
class Input:
    """Something to add. `largest` is the size of its largest file."""
    path: Path
    is_directory: bool
    largest: int
    count: int


def content(random, size):
    """Bytes that chunkers treat differently: noise, zeros, text, and repeats."""
    kind = random.randrange(5)
    if kind == 0:
        return bytes(size)
    if kind == 1:
        line = b"the quick brown fox %d\n"
        return b"".join(line % n for n in range(size // 20 + 1))[:size]
    if kind == 2:
        period = random.randbytes(random.randrange(1, 5000))
        return (period * (size // len(period) + 1))[:size]
    return random.randbytes(size)


def write_file(random, path, sizes=SIZES):
    size = random.choice(sizes)
    path.write_bytes(content(random, size))
    path.chmod(random.choice([0o644, 0o644, 0o600, 0o755, 0o777, 0o444]))
    set_time(random, path)
    return size


def set_time(random, path):
    seconds, nanoseconds = random.choice(TIMES), random.choice([0, 0, 1, 500_000_000, 999_999_999])
    os.utime(path, ns=(0, seconds * 10**9 + nanoseconds), follow_symlinks=False)


def fill_directory(random, folder, depth):
    """(largest file, number of entries) of what was put into the folder."""
    largest = count = 0
    names = random.sample(NAMES, random.randrange(0, 7))
    names += random.sample(HIDDEN, random.randrange(2))
    for name in names:
        path = folder / name
        kind = random.random()
        count += 1
        if kind < 0.25 and depth > 0:
            path.mkdir()
            inner = fill_directory(random, path, depth - 1)
            largest, count = max(largest, inner[0]), count + inner[1]
        elif kind < 0.37:
            path.symlink_to(random.choice(["a", "b.txt", "gone", "../gone", "x/y", "/etc/group"]))
        else:
            largest = max(largest, write_file(random, path, SIZES[:15]))
    set_time(random, folder)
    return largest, count


def make_directory(random, path):
    path.mkdir()
    largest, count = fill_directory(random, path, depth=random.randrange(4))
    return Input(path, True, largest, count)


def make_wide_directory(random, path):
    """Many small files: what becomes a HAMT when the threshold is low."""
    path.mkdir()
    count = random.choice([3, 20, 60, 150, 300])
    length = random.choice([3, 10, 60, 200])
    for number in range(count):
        name = f"{number}".rjust(length, random.choice("abc")) if length > 3 else f"{number}"
        (path / name).write_bytes(b"%d" % (number % random.choice([1, 7, 1000])))
    set_time(random, path)
    return Input(path, True, 4, count)


def make_deep_directory(random, path):
    path.mkdir()
    inner = path
    for _ in range(random.randrange(5, 40)):
        inner = inner / "d"
        inner.mkdir()
    (inner / "leaf").write_bytes(b"leaf")
    return Input(path, True, 4, 40)


def make_file(random, path, sizes=SIZES):
    return Input(path, False, write_file(random, path, sizes), 1)


def make_link(random, path):
    path.symlink_to(random.choice(["file0", "gone", "."]))
    return Input(path, False, 0, 1)


def make_inputs(random, folder):
    """A pool that cases draw from; case by case would cost more than the cases themselves."""
    folder.mkdir()
    inputs = [make_file(random, folder / f"file{n}") for n in range(40)]
    inputs += [make_file(random, folder / f"large{n}", LARGE_SIZES) for n in range(8)]
    inputs += [make_directory(random, folder / f"tree{n}") for n in range(40)]
    inputs += [make_wide_directory(random, folder / f"wide{n}") for n in range(16)]
    inputs += [make_deep_directory(random, folder / f"deep{n}") for n in range(3)]
    inputs += [make_link(random, folder / f"link{n}") for n in range(3)]
    (folder / "rules").write_text("a\n*.txt\n# no rule\nc*\n")
    return inputs
