#!/usr/bin/env python3
"""IPFS Cluster 1.1.6, unchanged, starts on our RPC and pins, adds and collects through it.

    cluster.py --program OURS [--kubo KUBO]

What ipfs-cluster-ctl says is compared with what it says of a cluster on a real Kubo. The programs
are built once (tests/peers/build cluster); where they cannot be had the reason is printed and the
exit code is 77.
"""
import argparse
import difflib
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "daemon"))
from daemons import FILE, KUBO, MULTIPART, PATIENCE_S, Daemon, multipart  # noqa: E402

GONE = "QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc"
# What names the run.
HIDDEN = [(re.compile(r"12D3KooW\w{44}"), "<peer>"),
          (re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"), "<moment>"),
          (re.compile(r"Added: [\d: -]+|\d+ seconds"), "<moment>"),
          (re.compile(r"/tcp/\d+|127\.0\.0\.1:\d+"), "<port>")]


def programs():
    """The folder of the cluster's programs; a string instead tells why there is none."""
    if (Path(os.environ.get("KIT_CLUSTER", "/none")) / "ipfs-cluster-service").exists():
        return Path(os.environ["KIT_CLUSTER"])
    told = subprocess.run([HERE.parent / "peers" / "build", "cluster"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    return Path(told.stdout.strip()) if told.returncode == 0 else told.stderr.strip()


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Cluster:
    """A cluster of one peer on a running daemon."""

    def __init__(self, folder, daemon):
        self.folder, self.daemon = folder, daemon
        self.rest, self.proxy, swarm = free_ports(3)
        home = daemon.folder / "cluster"
        local = "/ip4/127.0.0.1/tcp/"
        self.environment = {
            **daemon.environment, "IPFS_CLUSTER_PATH": str(home),
            "CLUSTER_LISTENMULTIADDRESS": f"{local}{swarm}", "CLUSTER_MDNSINTERVAL": "0",
            "CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS": f"{local}{self.rest}",
            "CLUSTER_IPFSPROXY_LISTENMULTIADDRESS": f"{local}{self.proxy}",
            "CLUSTER_IPFSPROXY_NODEMULTIADDRESS": f"{local}{daemon.port}",
            "CLUSTER_IPFSHTTP_NODEMULTIADDRESS": f"{local}{daemon.port}"}
        self.process = None

    def __enter__(self):
        service = self.folder / "ipfs-cluster-service"
        subprocess.run([service, "init", "--consensus", "crdt"], env=self.environment, check=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE_S)
        self.log = open(self.daemon.folder / "cluster.log", "w+")
        self.process = subprocess.Popen([service, "daemon"], env=self.environment,
                                        stdout=self.log, stderr=subprocess.STDOUT)
        until = time.monotonic() + PATIENCE_S
        while self.control("id").returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                self.log.seek(0)
                raise AssertionError("the cluster does not start:\n" + self.log.read()[-3000:])
            time.sleep(0.2)
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE_S)

    def control(self, *words):
        return subprocess.run(
            [self.folder / "ipfs-cluster-ctl", "--host", f"/ip4/127.0.0.1/tcp/{self.rest}", *words],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=PATIENCE_S)


def shown(text):
    for pattern, name in HIDDEN:
        text = pattern.sub(name, text)
    return text.strip()


def drive(folder, daemon):
    """{step: what was said}."""
    body = multipart(("file", "x", FILE, b"pinned by a cluster\n"))
    added = daemon.post("add?pin=false&cid-version=1", body=body, headers=[MULTIPART])
    cid = json.loads(added.body)["Hash"]
    tree = daemon.folder / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "a.txt").write_text("one\n")
    (tree / "sub" / "b").write_bytes(b"b" * 600_000)
    said = {}

    def step(name, *words):
        answer = cluster.control(*words)
        said[name] = f"{answer.returncode}\n" + shown(answer.stdout)

    def pins(name, kind="recursive"):
        keys = json.loads(daemon.post(f"pin/ls?type={kind}").body).get("Keys") or {}
        said[name] = "\n".join(sorted(keys))

    with Cluster(folder, daemon) as cluster:
        ipfs = json.loads(cluster.control("--enc=json", "id").stdout)["ipfs"]
        said["the daemon's id"] = str(ipfs["id"] == json.loads(daemon.post("id").body)["ID"])
        step("pin add", "pin", "add", "--wait", "--wait-timeout", "30s", "--name", "named", cid)
        pins("pinned in the daemon")
        step("status", "status", cid)
        step("pin ls", "pin", "ls", cid)
        step("pin add, directly", "pin", "add", "--wait", "--wait-timeout", "30s",
             "--mode", "direct", "bafkqaaa")
        pins("pinned directly", "direct")
        step("add", "add", "-r", "--wait", str(tree))
        step("add of one", "add", "-Q", "--wait", "--cid-version=1", str(tree / "a.txt"))
        pins("pinned by adding")
        step("recover", "recover", cid)
        step("pin update", "pin", "update", "--wait", "--wait-timeout", "30s", cid, "bafkqaaa")
        step("pin rm", "pin", "rm", "--wait", "--wait-timeout", "30s", cid)
        pins("left in the daemon")
        # Kubo's store has more to collect: blocks of folders on the way.
        said["collected"] = str(cid in cluster.control("ipfs", "gc").stdout)
        step("pin of what is not there", "pin", "add", "--wait", "--wait-timeout", "2s", GONE)
        step("peers", "peers", "ls")
        step("metrics", "health", "metrics", "ping")
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--kubo", default=KUBO)
    parser.add_argument("--verbose", action="store_true", help="print what ours made it say")
    given = parser.parse_args()
    if not os.path.exists(given.kubo):
        print(f"skipped: there is no Kubo at {given.kubo} (tests/peers builds it)")
        return 77
    folder = programs()
    if isinstance(folder, str):
        print(f"skipped: {folder}")
        return 77
    with Daemon(given.kubo) as kubo, Daemon(given.program) as ours:
        expected, got = drive(folder, kubo), drive(folder, ours)
    failed = 0
    for name, wanted in expected.items():
        if given.verbose:
            print(f"-- {name}\n{got[name]}")
        if wanted == got[name]:
            continue
        failed += 1
        print(f"-- {name}")
        for line in difflib.unified_diff(wanted.split("\n"), got[name].split("\n"), "kubo", "ours",
                                         lineterm="", n=1):
            print("   " + line[:300])
    print(f"{len(expected) - failed} of {len(expected)} answers of the cluster are the same")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
