#!/usr/bin/env python3
"""A client made from the REST door's document by a standard generator, against a running daemon.

    rest_client.py --program OURS

openapi-spec-validator judges the document, openapi-python-client makes a package of it without a
warning, and rest_client_calls.py calls through that package. 77: they cannot be had here.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from daemons import Daemon

HERE = Path(__file__).resolve().parent
SKIPPED = 77


def find_tools():
    """The folder of the tools' programs; None, with the reason said, when there is none."""
    found = subprocess.run([HERE.parent / "peers" / "build", "openapi"], stdout=subprocess.PIPE,
                           text=True)
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def run(what, *words, **more):
    answer = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, **more)
    print(f"{'ok ' if answer.returncode == 0 else 'FAILED '} {what}")
    if answer.returncode != 0:
        print(answer.stdout)
    return answer.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    tools = find_tools()
    if tools is None:
        return SKIPPED
    with Daemon(options.program) as daemon, tempfile.TemporaryDirectory() as folder:
        origin = f"http://127.0.0.1:{daemon.port}/api/v1"
        document = Path(folder) / "openapi.json"
        with urllib.request.urlopen(f"{origin}/openapi.json") as answer:
            document.write_bytes(answer.read())
        package = Path(folder) / "kit_client"
        environment = {**os.environ, "PYTHONPATH": folder,
                       "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
        good = run("the document is valid", tools / "openapi-spec-validator", document)
        good &= run("a client is made of it without a warning", tools / "openapi-python-client",
                    "generate", "--path", document, "--output-path", package, "--meta", "none",
                    "--fail-on-warning", env=environment)
        good = good and run("the client works", tools / "python", HERE / "rest_client_calls.py",
                            origin, env=environment)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
