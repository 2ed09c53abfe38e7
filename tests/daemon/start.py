#!/usr/bin/env python3
"""scripts/start as a newcomer runs it: with a bare environment it leaves a daemon behind that shows
the folder in a browser; run again it finds that daemon; a port that is taken is named."""
import argparse
import json
import os
import re
import socket
import subprocess
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What the compiler's cache needs is no part of what scripts/start needs.
KEPT = {name: value for name, value in os.environ.items() if name.startswith("CCACHE_")}
# Rust and what it has compiled lie in the home of whoever runs the tests.
for name, folder in (("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo"),
                     ("XDG_CACHE_HOME", ".cache")):
    if (Path.home() / folder).is_dir():
        KEPT.setdefault(name, os.environ.get(name, str(Path.home() / folder)))


def start(store, *words):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(store.parent), "IPFS_PATH": str(store),
                   "CCACHE_DIR": os.path.expanduser("~/.cache/ccache"), **KEPT}
    return subprocess.run([ROOT / "scripts/start", *words], env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=1500)


def check(condition, what, done):
    if not condition:
        raise AssertionError(f"{what}\n{done.stdout}\n{done.stderr}")


def run(program, store, *words):
    return subprocess.run([program, *words], env={**os.environ, "IPFS_PATH": str(store)},
                          check=True, capture_output=True, text=True, timeout=60).stdout


def page_is_shown(store, folder):
    first = start(store, str(folder))
    check(first.returncode == 0, "scripts/start failed", first)
    link = re.search(r"^    (http://\S+/ipfs/\S+/)$", first.stderr, re.M)
    check(link, "no link was printed", first)
    page = urllib.request.urlopen(link[1], timeout=60).read().decode()
    check("beach.txt" in page and "alps" in page, f"{link[1]} does not show the folder", first)
    web = re.search(r"^    (http://\S+/webui)$", first.stderr, re.M)
    check(web and urllib.request.urlopen(web[1], timeout=60).status == 200, "no web page", first)
    check("RPC      http://127.0.0.1:" in first.stderr, "the RPC's address is missing", first)

    api = (store / "api").read_text()
    again = start(store, str(folder / "beach.txt"))
    check(again.returncode == 0 and "runs already" in again.stderr, "not safe to run twice", again)
    check((store / "api").read_text() == api, "another daemon was started", again)


def stale_api_file_is_no_daemon(program, store, folder):
    process = int((store / "lock").read_text().split()[-1])
    os.kill(process, 9)
    assert (store / "api").exists(), "kill -9 leaves the file: without it nothing is tested"
    again = start(store, str(folder))
    check(again.returncode == 0 and "starting the daemon" in again.stderr, "after kill -9", again)
    run(program, store, "shutdown")


def taken_port_is_named(program, store, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run(program, store, "config", "Addresses.API", f"/ip4/127.0.0.1/tcp/{port}")
        done = start(store, str(folder))
    check(done.returncode == 1, "a taken port is no failure", done)
    check(f"127.0.0.1:{port}" in done.stderr, "the port is not named", done)
    check("config Addresses.API" in done.stderr, "what to do is not said", done)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = Path(parser.parse_args().program).resolve()
    with tempfile.TemporaryDirectory(prefix="kit-start-") as name:
        store, folder = Path(name) / "store", Path(name) / "photos"
        (folder / "alps").mkdir(parents=True)
        (folder / "beach.txt").write_text("sand")
        run(program, store, "init", "--profile=test", "--empty-repo")
        assert json.loads((store / "config").read_text())["Addresses"]["API"].endswith("/0")
        try:
            page_is_shown(store, folder)
            stale_api_file_is_no_daemon(program, store, folder)
            taken_port_is_named(program, store, folder)
        finally:
            if (store / "api").exists():
                subprocess.run([program, "shutdown"], timeout=60, check=False,
                               env={**os.environ, "IPFS_PATH": str(store)})
    print("scripts/start: 4 cases")


if __name__ == "__main__":
    main()
