#!/usr/bin/env python3
"""Makes the folder of a new room: CMakeLists.txt and README.md, after its line stands in rooms.txt.

    new_room.py NAME "What may live here, in one sentence."
"""
import argparse
import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def find_folder(name):
    """The room's folder as rooms.txt has it."""
    for line in (PROJECT / "rooms.txt").read_text().splitlines():
        if match := re.fullmatch(rf"{re.escape(name)} +([a-z0-9_/]+) *:.*", line):
            return PROJECT / match[1]
    sys.exit(f"rooms.txt has no room {name}: add its line first, above every room that will use it")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("sentence")
    options = parser.parse_args()
    folder = find_folder(options.name)
    if folder.exists():
        sys.exit(f"{folder} is there already")
    folder.mkdir(parents=True)
    (folder / "CMakeLists.txt").write_text(f"kit_room({options.name}\n    SOURCES\n    TESTS)\n")
    (folder / "README.md").write_text(
        f"# {options.name}\n\n{options.sentence}\n\n- First invariant.\n- Second invariant.\n"
        f"- Third invariant.\n\nStart here: `the_header.h`.\n")
    print(f"{folder.relative_to(PROJECT)} is ready: write its sources and list them in "
          "CMakeLists.txt, replace the invariants, then run scripts/test -R tidy")


if __name__ == "__main__":
    main()
