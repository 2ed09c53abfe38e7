#!/usr/bin/env python3
"""The clients of npm, unchanged, against our daemon and a real Kubo's.

    javascript.py --program OURS [--kubo KUBO] [--only WORD] [--client NAME]
                  [--groups files,names] [--verbose]

run.mjs makes the same calls of both daemons; every result must be the same, errors too. Results
that differ for a reason stand in EXEMPT with it. Where Kubo, node or the packages cannot be had,
the reason is printed and the exit code is 77.
"""
import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "daemon"))
from daemons import KUBO, Daemon, fast_folder  # noqa: E402

CLIENTS = ["kubo-rpc-client", "ipfs-http-client"]
CASES_S_MAX = 600

# Case, or "case.part": why the answers differ and may.
EXEMPT = {
    "addAll of folders with modes": "Kubo tells the folder's mode for what is in it",
    "dag.import refuses.nonsense": "ours says where the file ends",
    "dag.import refuses.empty": "Go takes the end of an empty file for the end of its answer",
    "pin of a direct and an indirect block.ls": "Kubo mixes up the answers for several CIDs",
    "routing.get": "ours answers from its own records",
    "routing.getNonsense": "ours looks at the key before it looks for peers",
    "config.replace.nonsense": "ours says why",
    "a time that is none.cat": "Kubo answers 200 with nothing",
}
# Ours to mend: each is shown in every run. A name ends with "." where it stands for all that begin
# with it.
OPEN = {
}


def packages():
    """The folder of node_modules; a string instead tells why there is none."""
    told = subprocess.run([HERE.parent / "peers" / "build", "clients"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    return Path(told.stdout.strip()) if told.returncode == 0 else told.stderr.strip()


def run_cases(modules, client, daemon, groups=()):
    """{case: what came back}, with what names the daemon written the same for every daemon."""
    peer = json.loads(daemon.post("id").body)["ID"]
    with tempfile.TemporaryDirectory(prefix="kit-clients-", dir=fast_folder()) as name:
        folder = Path(name)
        for each in HERE.glob("*.mjs"):
            shutil.copy(each, folder)
        # Packages are found beside the scripts alone, and they are never within the checkout.
        (folder / "node_modules").symlink_to(modules)
        answer = subprocess.run(
            ["node", folder / "run.mjs", client, f"http://127.0.0.1:{daemon.port}", *groups],
            env={**os.environ, "HOME": name}, capture_output=True, text=True, timeout=CASES_S_MAX)
    if answer.returncode != 0:
        raise AssertionError(f"{client}: {answer.stderr[-2000:]}")
    text = answer.stdout.replace(peer, "<peer>").replace(f":{daemon.port}", ":<port>")
    text = text.replace(f"tcp/{daemon.port}", "tcp/<port>").replace(f'"{daemon.port}"', '"<port>"')
    results = {}
    for line in text.splitlines():
        if line.startswith("{"):
            told = json.loads(line)
            results[told.pop("case")] = told
    return results


def parts(case, told):
    """Results of several calls are compared call by call."""
    inner = told.get("ok")
    if isinstance(inner, dict) and inner and all(
            isinstance(each, dict) and set(each) & {"ok", "failed"} for each in inner.values()):
        return {f"{case}.{key}": each for key, each in inner.items()}
    return {case: told}


def open_reason(name):
    found = [key for key in OPEN if name == key or key.endswith(".") and name.startswith(key)]
    return OPEN[found[0]] if found else None


def flat(results):
    return {name: json.dumps(value, indent=1, ensure_ascii=False)
            for case, told in results.items() for name, value in parts(case, told).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--kubo", default=KUBO)
    parser.add_argument("--only", default="", help="compare the cases with this word alone")
    parser.add_argument("--client", default="", help="this client alone")
    parser.add_argument("--groups", default="", help="these alone, such as files,names")
    parser.add_argument("--verbose", action="store_true", help="print every result of ours")
    given = parser.parse_args()
    if not os.path.exists(given.kubo):
        print(f"skipped: there is no Kubo at {given.kubo} (tests/peers builds it)")
        return 77
    modules = packages()
    if isinstance(modules, str):
        print(f"skipped: {modules}")
        return 77
    failed = 0
    groups = given.groups.split(",") if given.groups else []
    for client in [given.client] if given.client else CLIENTS:
        with Daemon(given.kubo) as kubo, Daemon(given.program) as ours:
            with ThreadPoolExecutor(2) as pool:
                jobs = [pool.submit(run_cases, modules, client, each, groups)
                        for each in (kubo, ours)]
                expected, got = (flat(each.result()) for each in jobs)
        good = open_count = 0
        for name in expected | got:
            wanted, said = expected.get(name, "(nothing)"), got.get(name, "(nothing)")
            if given.verbose and given.only in name:
                print(f"-- {name}\n{said}")
            if wanted == said or name in EXEMPT or given.only not in name:
                good += 1
                continue
            if open_reason(name):
                open_count += 1
                print(f"open: {client}: {name}: {open_reason(name)}")
                continue
            failed += 1
            print(f"-- {client}: {name}")
            for line in difflib.unified_diff(wanted.split("\n"), said.split("\n"), "kubo", "ours",
                                             lineterm="", n=1):
                print("   " + line[:300])
        print(f"{client}: {good} of {len(expected | got)} results are the same, "
              f"{open_count} are open")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
