#!/usr/bin/env python3
"""Tidy is a test: the floor plan, sizes, banned calls, dead files and stale documents.

    tidy.py [--root FOLDER]     prints a line for each complaint; exit code 1 if there are any

tests/tidy/allowed.txt lists what is let through: one line `rule path count`. A rule that measures
must not measure more than the count, another must not complain more often. A line that is no longer
needed, or whose count is too generous, is itself a complaint: the list only shrinks.
"""
import argparse
import collections
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from project import Complaint, Project
from rules import RULES

ALLOWED = "tests/tidy/allowed.txt"


def read_allowed(project):
    """{(rule, path): (count, line)} of the allowed list."""
    allowed = {}
    if project.has(ALLOWED):
        for number, line in enumerate(project.text(ALLOWED).splitlines(), 1):
            fields = line.split("#")[0].split()
            if fields:
                rule, path, count = fields
                allowed[rule, path] = (int(count), number)
    return allowed


def without_allowed(project, complaints):
    """The complaints that are not allowed, and one for each allowance that is too wide."""
    allowed = read_allowed(project)
    groups = collections.defaultdict(list)
    for complaint in complaints:
        groups[complaint.rule, complaint.path].append(complaint)
    for key, group in groups.items():
        count, _ = allowed.get(key, (0, 0))
        size = max(complaint.count for complaint in group) or len(group)
        if size > count:
            yield from group
    for key, (count, line) in allowed.items():
        group = groups.get(key, [])
        size = max((complaint.count for complaint in group), default=0) or len(group)
        if size < count:
            yield Complaint("allowed", ALLOWED, line,
                            f"{' '.join(key)} is at {size} now: " +
                            (f"lower the count to {size}" if size else "remove the line"))


def check(root):
    """Everything that is wrong with the tree, sorted by place."""
    project = Project(root)
    complaints = [complaint for rule in RULES for complaint in rule(project)]
    return sorted(without_allowed(project, complaints), key=lambda c: (c.path, c.line, c.rule))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    options = parser.parse_args()
    complaints = check(options.root)
    for complaint in complaints:
        print(complaint)
    if complaints:
        print(f"tidy: {len(complaints)} complaints. STYLE.md has the reasons.")
        return 1
    print(f"tidy: {len(Project(options.root).paths)} files are in order.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
