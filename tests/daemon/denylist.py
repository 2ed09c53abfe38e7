#!/usr/bin/env python3
"""What a denylist makes a daemon refuse, over RPC, the gateway and without a daemon.

    denylist.py --program OURS [--kubo KUBO]

The same content and the same list under ours and, where there is one, a real Kubo: what is asked
by a blocked path, CID or name has the same status and the same sentence. Then what ours alone
does: it gives no blocked block in the middle of a file either, and follows its lists while it
runs.
"""
import argparse
import hashlib
import os
import re
import socket
import sys
import time

from daemons import FILE, KUBO, MULTIPART, Answer, Daemon, multipart

REFUSED = "is blocked and cannot be provided"


class Tree(Daemon):
    """A daemon over a small tree, of which a list blocks parts."""

    def __enter__(self):
        self.run("init", "--profile=test", "--empty-repo")
        self.run("config", "--json", "Addresses.Swarm", "[]")
        self.run("config", "--json", "Addresses.Gateway", '"/ip4/127.0.0.1/tcp/0"')
        tree = self.folder / "tree"
        (tree / "sub").mkdir(parents=True)
        (tree / "a.txt").write_text("aaa")
        (tree / "c.txt").write_text("ccc")
        (tree / "d.txt").write_text("ddd")
        (tree / "sub" / "b.txt").write_text("bbb")
        (tree / "big.bin").write_bytes(b"0123456789" * 60000)
        self.root = self.say("add", "-Qr", "--cid-version=1", tree)
        self.a, self.b, self.c, self.d, self.big = (
            self.say("resolve", f"/ipfs/{self.root}/{path}").removeprefix("/ipfs/")
            for path in ("a.txt", "sub/b.txt", "c.txt", "d.txt", "big.bin"))
        self.leaf = self.say("refs", self.big).split()[1]
        self.list = self.repo / "denylists" / "test.deny"
        self.list.parent.mkdir()
        hashed = hashlib.sha256(f"{self.c}/".encode()).hexdigest()
        self.list.write_text("version: 1\nname: a test\n---\n# comment\n" + "\n".join([
            f"/ipfs/{self.a}", f"/ipfs/{self.leaf}", f"/ipfs/{self.root}/sub/*",
            f"!/ipfs/{self.root}/sub/other", f"//{hashed}", "/ipns/blocked.example"]) + "\n")
        self.environment["IPFS_NS_MAP"] = (f"to-a.example:/ipfs/{self.a},"
                                           f"blocked.example:/ipfs/{self.d}")
        self.start()
        time.sleep(1)  # Kubo reads its lists beside the first requests.
        return self

    def say(self, *words):
        return self.run(*words).stdout.decode().strip()

    def start(self):
        self.lines = []
        super().start()
        shown = " ".join(self.lines)
        self.gateway = int(re.search(r"Gateway server listening on \S*?/tcp/(\d+)", shown).group(1))

    def get(self, path, host="127.0.0.1", headers=()):
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{self.gateway}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        with socket.create_connection(("127.0.0.1", self.gateway), timeout=60) as client:
            client.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
            return Answer(client, "GET")


def sentence(answer):
    """Status and text; without what Kubo adds of its search in the network."""
    text = re.sub(r": retrieval: no providers[^\n]*", "", answer.body.decode("utf-8", "replace"))
    return f"{answer.status} {text.strip()}"


def rpc_requests(tree):
    blocked = [tree.a, tree.c, f"/ipfs/{tree.root}/sub/b.txt", f"/ipfs/{tree.root}/sub",
               "/ipns/blocked.example", "/ipns/to-a.example"]
    for path in blocked:
        for command in ("cat", "get", "ls", "refs", "block/get", "block/stat", "dag/get",
                        "dag/export", "dag/stat", "dag/resolve", "resolve", "pin/add"):
            yield f"{command}?arg={path}"
    yield "name/resolve?arg=/ipns/blocked.example"
    yield f"dag/get?arg=/ipld/{tree.a}"
    yield f"files/cp?arg=/ipfs/{tree.a}&arg=/x"
    yield f"files/stat?arg=/ipfs/{tree.a}"
    # What only looks is not refused.
    yield f"cat?arg={tree.b}"
    yield f"cat?arg=/ipfs/{tree.root}/d.txt"
    yield f"ls?arg=/ipfs/{tree.root}"
    yield f"refs?arg={tree.root}&recursive=true"
    yield f"pin/add?arg={tree.root}"
    yield f"dag/stat?arg={tree.root}&progress=false"
    yield "ls?arg=/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"


def gateway_requests(tree):
    for path in (f"/ipfs/{tree.a}", f"/ipfs/{tree.c}", f"/ipfs/{tree.root}/a.txt",
                 f"/ipfs/{tree.root}/sub", f"/ipfs/{tree.root}/sub/b.txt",
                 "/ipns/blocked.example", "/ipns/blocked-example", "/ipns/to-a.example"):
        yield path, {}
    for form in ("raw", "car"):
        yield f"/ipfs/{tree.a}?format={form}", {}
    yield f"/ipfs/{tree.root}/sub/b.txt?format=car", {}
    yield f"/ipfs/{tree.a}", {"headers": [("Cache-Control", "only-if-cached")]}
    yield "/ipns/blocked.example", {"host": "localhost"}
    yield "/", {"host": "blocked.example.ipns.localhost"}
    yield "/", {"host": "blocked-example.ipns.localhost"}
    yield f"/ipfs/{tree.root}/d.txt", {}
    yield f"/ipfs/{tree.b}", {}


class Check:
    def __init__(self):
        self.failed = 0

    def __call__(self, what, is_so, shown=""):
        if is_so:
            return
        self.failed += 1
        print(f"-- {what}\n   {shown}")


def compare(check, ours, kubo):
    for request in rpc_requests(ours):
        found, wanted = (sentence(each.post(request)) for each in (ours, kubo))
        check(request, found == wanted, f"found  {found[:300]!r}\n   wanted {wanted[:300]!r}")
    for path, how in gateway_requests(ours):
        found, wanted = (sentence(each.get(path, **how)).replace(str(each.gateway), "PORT")
                         for each in (ours, kubo))
        check(f"GET {path} {how}", found == wanted,
              f"found  {found[:300]!r}\n   wanted {wanted[:300]!r}")


def try_ours(check, ours):
    """What does not depend on Kubo's answers, and what is ours alone."""
    for path in (f"/ipfs/{ours.a}", f"/ipfs/{ours.root}/a.txt", f"/ipfs/{ours.root}/sub/b.txt",
                 f"/ipfs/{ours.c}", "/ipns/to-a.example", "/ipns/Blocked.Example."):
        for command in ("cat", "get"):
            answer = ours.post(f"{command}?arg={path}")
            check(f"{command} {path}", answer.status == 500 and REFUSED in sentence(answer),
                  sentence(answer)[:300])
        answer = ours.get(path)
        check(f"GET {path}", answer.status == 410 and REFUSED in sentence(answer),
              sentence(answer)[:300])
    whole = ours.post(f"cat?arg={ours.big}")
    check("a blocked leaf ends the file", REFUSED in whole.trailer and len(whole.body) < 600000,
          f"{len(whole.body)} {whole.trailer}")
    put = ours.post("block/put", multipart(("data", "f", FILE, b"aaa")), [MULTIPART])
    check("a blocked block is not taken", REFUSED in sentence(put), sentence(put))

    ours.list.write_text(ours.list.read_text() + f"/ipfs/{ours.d}\nno rule\n")
    time.sleep(1.1)
    check("an appended rule counts", ours.get(f"/ipfs/{ours.d}").status == 410)
    ours.list.unlink()
    time.sleep(1.1)
    check("without the list all is given", ours.get(f"/ipfs/{ours.root}/a.txt").status == 200)
    ours.list.write_text(f"/ipfs/{ours.a}\n")
    time.sleep(1.1)
    check("a new list counts", ours.post(f"cat?arg={ours.a}").status == 500)

    ours.stop()
    without = ours.run("cat", ours.a, check=False)
    check("it counts without a daemon", without.returncode == 1 and not without.stdout and
          f"Error: /ipfs/{ours.a} {REFUSED}" in without.stderr.decode(), without.stderr.decode())
    config = ours.folder / ".config" / "ipfs" / "denylists"
    config.mkdir(parents=True)
    (config / "user.deny").write_text(f"/ipfs/{ours.b}\n!/ipfs/{ours.a}\n")
    check("the user's list counts", ours.run("cat", ours.b, check=False).returncode == 1)
    check("the repository's decides", ours.run("cat", ours.a, check=False).returncode == 1)
    ours.environment["IPFS_CONTENT_BLOCKING_DISABLE"] = "1"
    check("lists can be turned off", ours.run("cat", ours.a).stdout == b"aaa")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--kubo", default=KUBO)
    given = parser.parse_args()
    check = Check()
    has_kubo = os.access(given.kubo, os.X_OK)
    environment = {"XDG_CONFIG_HOME": ""}
    with Tree(given.program, environment=environment) as ours:
        if has_kubo:
            with Tree(given.kubo, environment=environment) as kubo:
                compare(check, ours, kubo)
        try_ours(check, ours)
    if check.failed:
        print(f"{check.failed} differ")
        return 1
    if not has_kubo:
        print(f"no Kubo at {given.kubo}: ours was not compared")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
