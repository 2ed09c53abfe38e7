#!/usr/bin/env python3
"""What one node has, another gets: between ours, and with a real Kubo either way; and what happens
when a side is killed, lies, is nowhere, or belongs to another private network.

    transfer.py --program OURS [--only WORD]

The pairs with Kubo are left out, and said to be, where there is none (then it ends with 77).
"""
import argparse
import hashlib
import http.server
import io
import os
import random
import re
import subprocess
import sys
import tarfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from daemons import KUBO, Daemon, OnlineDaemon
from checks import CHECKS, check, must

BIG_BYTES = 24 << 20
SWARM_KEY = "/key/swarm/psk/1.0.0/\n/base16/\n{}\n"
ABSENT = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"


def random_bytes(name, size):
    return random.Random(name).randbytes(size)


def hash_of(data):
    return hashlib.sha256(data).hexdigest()


def add(daemon, path, *options):
    return daemon.run("add", "-Q", *options, path).stdout.decode().strip()


def make_big(folder, name="big", size=BIG_BYTES):
    path = folder / name
    path.write_bytes(random_bytes(name, size))
    return path


def make_tree(folder, count):
    tree = folder / "tree"
    for number in range(count):
        below = tree / f"d{number % 7}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"f{number}").write_bytes(random_bytes(f"f{number}", number * 13 % 5000))
    return tree


def files_of(tar):
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        return {"/".join(entry.name.split("/")[1:]): hash_of(archive.extractfile(entry).read())
                for entry in archive if entry.isfile()}


def get(url, timeout=60):
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def gateway_of(daemon):
    return (daemon.repo / "gateway").read_text().strip()


@check
def everything_there_is_comes_over(holder_program, fetcher_program):
    with OnlineDaemon(holder_program) as holder, OnlineDaemon(fetcher_program) as fetcher:
        fetcher.connect(holder)
        path = make_big(holder.folder)
        big = add(holder, path)
        got = fetcher.post(f"cat?arg={big}")
        must(hash_of(got.body) == hash_of(path.read_bytes()), "the big file is another")
        tree = add(holder, make_tree(holder.folder, 200), "-r")
        names = files_of(fetcher.post(f"get?arg={tree}").body)
        must(len(names) == 200, f"{len(names)} files came")
        for name, digest in names.items():
            must(digest == hash_of((holder.folder / "tree" / name).read_bytes()), f"{name} differs")
        sharded = add(holder, holder.folder / "tree" / "d0", "-r", "--max-directory-links=4",
                      "--max-hamt-fanout=8", "--cid-version=1")
        listed = fetcher.run("ls", "--size=false", sharded).stdout.decode().splitlines()
        must(len(listed) == len(list((holder.folder / "tree" / "d0").iterdir())), str(listed))
        page = add(holder, make_big(holder.folder, "page", 300_000), "--chunker=size-1000")
        must(get(f"{gateway_of(fetcher)}/ipfs/{page}")[1] == random_bytes("page", 300_000),
             "the gateway's file is another")
        pinned = add(holder, make_big(holder.folder, "pinned", 3 << 20))
        fetcher.run("pin", "add", pinned)
        fetcher.run("files", "cp", f"/ipfs/{add(holder, make_big(holder.folder, 'mfs', 9000))}",
                    "/mfs")
        must(fetcher.run("files", "read", "/mfs").stdout == random_bytes("mfs", 9000), "in MFS")
        holder.stop(kill=True)
        fetcher.run("--offline", "refs", "-r", pinned)


def wait_until(daemon, bytes_held):
    """Until the store of a daemon that is fetching has so many bytes."""
    while True:
        held = re.search(rb'"RepoSize":\s*(\d+)', daemon.post("repo/stat").body)
        if int(held[1]) >= bytes_held:
            return
        time.sleep(0.01)


class Reader(threading.Thread):
    """Reads a file from a daemon and remembers what came of it."""

    def __init__(self, daemon, cid):
        super().__init__()
        self.daemon, self.cid, self.body = daemon, cid, b""
        self.start()

    def run(self):
        try:
            self.body = self.daemon.post(f"cat?arg={self.cid}").body
        except OSError:
            pass  # The daemon was killed: the check looks at what came.


@check
def a_holder_that_is_killed_is_replaced_by_another(program, _):
    with OnlineDaemon(program) as first, OnlineDaemon(program) as second, \
            OnlineDaemon(program) as fetcher:
        path = make_big(first.folder, size=8 * BIG_BYTES)
        cid = add(first, path)
        must(add(second, path) == cid, "one file, two CIDs")
        fetcher.connect(first)
        fetcher.connect(second)
        reader = Reader(fetcher, cid)
        wait_until(fetcher, BIG_BYTES)
        first.stop(kill=True)
        reader.join()
        must(hash_of(reader.body) == hash_of(path.read_bytes()), "the file is not whole")


@check
def a_fetcher_that_is_killed_goes_on_where_it_was(program, _):
    with OnlineDaemon(program) as holder, OnlineDaemon(program) as fetcher:
        path = make_big(holder.folder, size=8 * BIG_BYTES)
        cid = add(holder, path)
        fetcher.connect(holder)
        reader = Reader(fetcher, cid)
        wait_until(fetcher, BIG_BYTES)
        fetcher.stop(kill=True)
        reader.join()
        verified = fetcher.run("repo", "verify").stdout
        must(b"verify complete" in verified, verified.decode())
        fetcher.start()
        fetcher.connect(holder)
        must(hash_of(fetcher.post(f"cat?arg={cid}").body) == hash_of(path.read_bytes()),
             "the file is not whole")


@check
def waiting_has_an_end(program, _):
    with OnlineDaemon(program, config=(("Gateway.RetrievalTimeout", '"1s"'),)) as daemon:
        began = time.monotonic()
        answer = daemon.post(f"cat?arg={ABSENT}&timeout=500ms")
        must(b"context deadline exceeded" in answer.body, answer.text())
        status, page = get(f"{gateway_of(daemon)}/ipfs/{ABSENT}")
        must(status == 504, f"{status} {page[:200]}")
        must(time.monotonic() - began < 30, "the end came late")
        answer = daemon.post(f"cat?arg={ABSENT}&offline=true")
        must(b"was not found locally (offline)" in answer.body, answer.text())


@check
def who_waits_gets_what_is_added_then(program, _):
    with OnlineDaemon(program) as holder, OnlineDaemon(program) as fetcher:
        fetcher.connect(holder)
        path = make_big(holder.folder, size=1 << 20)
        cid = add(holder, path, "--only-hash")
        reader = Reader(fetcher, cid)
        while b"1 keys" not in fetcher.run("bitswap", "stat").stdout:
            time.sleep(0.01)
        began = time.monotonic()
        add(holder, path)
        reader.join()
        must(hash_of(reader.body) == hash_of(path.read_bytes()), "the file differs")
        must(time.monotonic() - began < 8, "it came when it was asked for again")


@check
def a_daemon_that_ends_waits_for_no_block(program, _):
    with OnlineDaemon(program) as daemon:
        reader = Reader(daemon, ABSENT)
        while b"cat" not in daemon.post("diag/cmds").body:
            time.sleep(0.01)
        began = time.monotonic()
        must(daemon.stop() == 0, "the daemon failed at its end")
        must(time.monotonic() - began < 5, "the end came late")
        reader.join()


@check
def a_private_network_is_private(holder_program, fetcher_program):
    key = SWARM_KEY.format(hash_of(b"one network"))

    class Private(OnlineDaemon):
        swarm_key = key

        def start(self):
            (self.repo / "swarm.key").write_text(self.swarm_key)
            super().start()

    class Other(Private):
        swarm_key = SWARM_KEY.format(hash_of(b"another network"))

    with Private(holder_program) as holder, Private(fetcher_program) as fetcher, \
            Other(fetcher_program) as other, OnlineDaemon(fetcher_program) as stranger:
        path = make_big(holder.folder, size=1 << 20)
        cid = add(holder, path)
        fetcher.connect(holder)
        must(fetcher.post(f"cat?arg={cid}").body == path.read_bytes(), "the file differs")
        for outside in (other, stranger):
            done = outside.run("swarm", "connect", holder.address, check=False)
            must(done.returncode != 0, "a stranger was let in")


class LyingGateway(http.server.BaseHTTPRequestHandler):
    """Has everything, and gives something else."""

    def do_GET(self):
        body = b"not what its name says"
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.ipld.raw")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@check
def gateways_are_peers_and_liars_are_not_believed(program, _):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LyingGateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    liar = f"http://127.0.0.1:{server.server_address[1]}"
    with Daemon(program) as holder:
        path = make_big(holder.folder)
        cid = add(holder, path)
        gateways = f'{{"Gateways": ["{liar}", "{gateway_of(holder)}"]}}'
        with OnlineDaemon(program, config=(("Kit", gateways),)) as fetcher:
            must(hash_of(fetcher.post(f"cat?arg={cid}").body) == hash_of(path.read_bytes()),
                 "the file differs")
            must(b"verify complete" in fetcher.post("repo/verify").body, "a wrong block was kept")
    server.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    with_kubo = os.access(KUBO, os.X_OK)
    ours = str(Path(options.program).resolve())
    failed = 0
    for function in CHECKS:
        if options.only not in function.__name__:
            continue
        names = function.__code__.co_varnames[:2]
        pairs = [(ours, ours)]
        if names == ("holder_program", "fetcher_program") and with_kubo:
            pairs += [(ours, KUBO), (KUBO, ours)]
        for pair in pairs:
            who = " ".join("Kubo" if program == KUBO else "ours" for program in pair)
            what = f"{function.__name__} ({who})"
            try:
                function(*pair)
                print(f"ok   {what}", flush=True)
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"FAIL {what}: {type(error).__name__}: {error}", flush=True)
    if not with_kubo:
        print(f"the pairs with Kubo were left out: there is none at {KUBO}")
    return 1 if failed else 0 if with_kubo else 77


if __name__ == "__main__":
    sys.exit(main())
