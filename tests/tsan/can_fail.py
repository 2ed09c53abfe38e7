#!/usr/bin/env python3
"""ThreadSanitizer, told to look away from RocksDB, still reports races of ours.

can_fail.py PROGRAM SUPPRESSIONS: PROGRAM is races.cc, built with ThreadSanitizer.
"""

import os
import subprocess
import sys

PROGRAM, SUPPRESSIONS = sys.argv[1:]


def reports(which):
    options = f"suppressions={SUPPRESSIONS}:die_after_fork=0:exitcode=66"
    done = subprocess.run([PROGRAM, which], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, env={**os.environ, "TSAN_OPTIONS": options})
    reported = "WARNING: ThreadSanitizer: data race" in done.stderr
    if done.returncode != (66 if reported else 0):
        sys.exit(f"races {which} ended with {done.returncode}:\n{done.stderr}")
    return reported


wrong = [which for which, expected in
         {"plain": True, "callback": True, "store": True, "none": False}.items()
         if reports(which) != expected]
if wrong:
    sys.exit("ThreadSanitizer should have said the opposite of: " + ", ".join(wrong))
print("races of ours are reported, and nothing else")
