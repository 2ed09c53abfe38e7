#!/usr/bin/env python3
"""What is installed can be built against: installs a build, builds examples/embed, and runs it.

    embed_test.py --program build/release/ipfs-kit        its folder is the build that is installed
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FILES = {"one.txt": "one\n", "two.txt": "two, a little longer\n", "empty.txt": ""}


def run(*command, **options):
    """What it printed; its own words are shown when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n"
                 f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def build_example(build, work):
    run("cmake", "--install", build, "--prefix", work / "prefix")
    run("cmake", "-G", "Ninja", "-S", PROJECT / "examples/embed", "-B", work / "embed",
        f"-DCMAKE_PREFIX_PATH={work}/prefix")
    run("cmake", "--build", work / "embed")
    return work / "embed" / "embed"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "files").mkdir()
        for name, text in FILES.items():
            (work / "files" / name).write_text(text)
        embed = build_example(options.program.resolve().parent, work)

        lines = run(embed, work / "store", work / "files").splitlines()
        store = dict(os.environ, IPFS_PATH=str(work / "store"))
        installed = work / "prefix" / "bin" / "ipfs-kit"
        root = run(installed, "add", "-Qr", work / "files", env=store).strip()
        expected = [f"{work}/files is {root}",
                    *(f"{name}: {len(FILES[name])} bytes" for name in sorted(FILES))]
        if lines != expected:
            sys.exit(f"embed printed {lines}, expected {expected}")
        # The second run opens the repository that the first one made.
        if run(embed, work / "store", work / "files").splitlines() != expected:
            sys.exit("embed printed something else when run again")
    print("the installed package builds the example, and it works")


if __name__ == "__main__":
    main()
