#!/usr/bin/env python3
"""The differential test must be able to fail: it is shown a Kubo that lies a little.

    can_fail.py --a KUBO        the exit code is 0 if every lie was found out
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = "12"
# What the lying program does to its arguments or its output, in bash.
LIES = {
    "another layout": 'args=("${@/#--trickle/--raw-leaves}"); exec "$kubo" "${args[@]/#-t/-q}"',
    "another exit code": '"$kubo" "$@" || exit 3',
    "another error text": 'set -o pipefail; "$kubo" "$@" 2> >(sed "s/Error: /Error: oh, /" >&2)',
    "a CAR cut short": 'set -o pipefail; "$kubo" "$@" | '
                       'if [[ " $* " = *" export "* ]]; then head -c -1; else cat; fi',
}


def is_found_out(kubo, lie, folder):
    liar = folder / "liar"
    liar.write_text(f"#!/usr/bin/env bash\nkubo={kubo}\n{LIES[lie]}\n")
    liar.chmod(0o755)
    done = subprocess.run([sys.executable, HERE / "differential.py", "--a", kubo, "--b", liar,
                           "--cases", CASES], capture_output=True, text=True)
    print(f"{lie}: {done.stdout.splitlines()[-1] if done.stdout else done.stderr[-300:]}")
    return done.returncode == 1 and " differ (" in done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a", type=Path, required=True, help="the real Kubo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [is_found_out(options.a, lie, Path(folder)) for lie in LIES]
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
