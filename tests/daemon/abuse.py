#!/usr/bin/env python3
"""A daemon among clients that mean no good, or have bad luck.

    abuse.py --program OURS [--connections 10000] [--only WORD]
    KIT_ABUSE_MIB=100 abuse.py ...    adds of 100 MiB among the kill -9, not of 10: needs 12 GiB

Idle connections by the thousand, heads that never end, uploads that break off, names that climb out
of their folder, a browser of another site, and kill -9 among adds: the daemon goes on serving, in
bounded memory, and nothing that it acknowledged is lost.
"""
import argparse
import hashlib
import http.client
import json
import os
import re
import resource
import socket
import struct
import sys
import threading
import time

from daemons import FILE, FOLDER, MULTIPART, Answer, Daemon, multipart

RESIDENT_MIB_MAX = 60
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def must(condition, what):
    if not condition:
        raise AssertionError(what)


def resident_mib(daemon):
    status = open(f"/proc/{daemon.process.pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def connect(daemon):
    return socket.create_connection(("127.0.0.1", daemon.port), timeout=30)


def serves(daemon):
    must(daemon.post("version").status == 200, "the daemon does not answer any more")


@check
def idle_connections_cost_little(daemon, options):
    """Ten thousand clients that say nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(options.connections, hard - 100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, wanted + 100), hard))
    clients = [connect(daemon) for _ in range(wanted)]
    serves(daemon)
    resident = resident_mib(daemon)
    for client in clients:
        client.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    print(f"   {wanted} idle connections: {resident:.0f} MiB resident")
    must(resident < RESIDENT_MIB_MAX, f"{resident} MiB for {wanted} idle connections")
    serves(daemon)


@check
def unfinished_heads_hold_no_worker(daemon, _):
    """More half heads than there are workers."""
    clients = [connect(daemon) for _ in range(600)]
    for client in clients:
        client.sendall(b"POST /api/v0/version HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    serves(daemon)
    for client in clients:
        client.close()
    serves(daemon)


@check
def uploads_that_stall_hold_no_other(daemon, _):
    """Bodies that stop in the middle, more of them than workers at rest."""
    body = multipart(("file", "x", FILE, b"x" * 1000))
    head = (f"POST /api/v0/add HTTP/1.1\r\nHost: 127.0.0.1:{daemon.port}\r\n{MULTIPART[0]}: "
            f"{MULTIPART[1]}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    clients = [connect(daemon) for _ in range(100)]
    for client in clients:
        client.sendall(head + body[:600])
    serves(daemon)
    for client in clients[::2]:
        client.shutdown(socket.SHUT_WR)
    for client in clients:
        client.close()
    serves(daemon)
    must(b"x" not in daemon.post("pin/ls?type=direct").body, "half a file was pinned")


@check
def malformed_requests_are_refused(daemon, _):
    """Whatever is no request gets a status or a closed door."""
    for request in (b"\r\n\r\n\r\n", b"\0" * 5000, b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n",
                    b"POST /api/v0/version HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                    b"POST /api/v0/version HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                    b"\r\nffffffffffffffffff\r\n",
                    b"POST /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"):
        with connect(daemon) as client:
            try:
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except ConnectionError:
                pass
        serves(daemon)


@check
def names_do_not_leave_the_tree(daemon, _):
    """A body's names are names, whatever they look like."""
    body = multipart(("file", "..%2F..%2Fetc%2Fpasswd", FILE, b"1"),
                     ("file", "%2Fabs%2Fx", FILE, b"2"), ("file", "a%2F..%2F..%2Fb", FILE, b"3"),
                     ("file", "d", FOLDER, b""), ("file", "d%2F%00", FILE, b"4"))
    answer = daemon.post("add?recursive=true", body=body, headers=[MULTIPART])
    names = [json.loads(line)["Name"] for line in answer.body.splitlines()]
    must(all(not name.startswith("/") and ".." not in name.split("/") for name in names),
         f"names that climb: {names}")
    serves(daemon)


@check
def a_page_of_another_site_is_refused(daemon, _):
    """What a browser sends for a page that is not ours."""
    for field in (("Origin", "http://evil.example"), ("Referer", "http://evil.example/"),
                  ("User-Agent", "Mozilla/5.0 (X11; Linux)")):
        must(daemon.post("pin/ls", headers=[field]).status == 403, f"{field} was let in")


@check
def the_rpc_listens_to_this_machine_alone(daemon, _):
    """The default address is loopback."""
    listening = daemon.run("config", "Addresses.API").stdout
    must(b"/ip4/127.0.0.1/" in listening, f"the RPC listens at {listening}")


@check
def kill_nine_loses_nothing_acknowledged(daemon, _):
    """Adds from many clients, a kill in the middle, and every acknowledged CID is whole."""
    acknowledged, lock, killing = [], threading.Lock(), threading.Event()

    def add(number):
        for turn in range(1000):
            content = os.urandom(2000) * 50 + f"{number} {turn}".encode()
            try:
                answer = daemon.post("add", headers=[MULTIPART],
                                     body=multipart(("file", "f", FILE, content)))
            except (OSError, ValueError):
                return
            if answer.status == 200 and answer.body.endswith(b"}\n"):
                with lock:
                    acknowledged.append((json.loads(answer.body)["Hash"], content))
                    if len(acknowledged) >= 200:
                        killing.set()

    adders = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for each in adders:
        each.start()
    must(killing.wait(120), "the adds make no progress")
    daemon.stop(kill=True)
    for each in adders:
        each.join()
    daemon.start()
    for cid, content in acknowledged:
        answer = daemon.post("cat?arg=" + cid)
        must(answer.status == 200 and answer.body == content, f"{cid} was acknowledged and is gone")
    pins = daemon.post("pin/ls?type=recursive&quiet=true").body.decode()
    must(all(cid in pins for cid, _ in acknowledged), "a pin was acknowledged and is gone")
    must(daemon.post("repo/verify").status == 200, "the store is damaged")
    print(f"   {len(acknowledged)} acknowledged adds are there after kill -9")


LARGE_COUNT = 100
LARGE_MIB = int(os.environ.get("KIT_ABUSE_MIB", "10"))
PIECE = os.urandom(1 << 20)


def add_large(daemon, number, told):
    """One file that is like no other's; `told(cid, digest)` once it is acknowledged."""
    head, tail = multipart(("file", f"f{number}", FILE, b"|")).split(b"|")
    size = len(head) + len(tail) + LARGE_MIB * len(PIECE)
    digest = hashlib.sha256()
    try:
        with connect(daemon) as client:
            client.settimeout(600)
            client.sendall(f"POST /api/v0/add HTTP/1.1\r\nHost: 127.0.0.1:{daemon.port}\r\n"
                           f"{MULTIPART[0]}: {MULTIPART[1]}\r\nContent-Length: {size}\r\n\r\n"
                           .encode() + head)
            for turn in range(LARGE_MIB):
                piece = struct.pack("<II", number, turn) + PIECE[8:]
                digest.update(piece)
                client.sendall(piece)
            client.sendall(tail)
            answer = Answer(client, "POST")
            if answer.status == 200 and not answer.trailer:
                told(json.loads(answer.body.splitlines()[-1])["Hash"], digest.hexdigest())
    except (OSError, ValueError, IndexError, http.client.HTTPException):
        return  # Not acknowledged, and so nobody's loss.


@check
def kill_nine_among_large_adds(_, options):
    """A hundred large adds at once, a kill when the first ones are acknowledged."""
    acknowledged, lock, killing = {}, threading.Lock(), threading.Event()

    def told(cid, digest):
        with lock:
            acknowledged[cid] = digest
            if len(acknowledged) == LARGE_COUNT // 20:
                daemon.process.kill()  # By whoever hears first, before the others are done.
                killing.set()

    with Daemon(options.program, bytes_needed=LARGE_COUNT * LARGE_MIB << 20) as daemon:
        began = time.monotonic()
        adders = [threading.Thread(target=add_large, args=(daemon, number, told))
                  for number in range(LARGE_COUNT)]
        for each in adders:
            each.start()
        must(killing.wait(1800), "the adds make no progress")
        daemon.process.wait()
        added_s = time.monotonic() - began
        for each in adders:
            each.join()
        daemon.start()
        for cid, digest in acknowledged.items():
            body = daemon.post("cat?arg=" + cid).body
            must(hashlib.sha256(body).hexdigest() == digest, f"{cid} was acknowledged and is gone")
        pins = daemon.post("pin/ls?type=recursive&quiet=true").body.decode()
        must(all(cid in pins for cid in acknowledged), "a pin was acknowledged and is gone")
        verified = daemon.post("repo/verify")
        must(verified.status == 200 and not verified.trailer, f"damaged: {verified.body[-300:]}")
        daemon.post("repo/gc")
        must(all(daemon.post("block/stat?arg=" + cid).status == 200 for cid in acknowledged),
             "the collector took what was acknowledged")
    print(f"   {len(acknowledged)} of {LARGE_COUNT} adds of {LARGE_MIB} MiB were acknowledged "
          f"within {added_s:.0f} s, and are there after kill -9")


@check
def the_daemon_ends_cleanly(daemon, _):
    """A signal ends it, with open connections too, and leaves no address behind."""
    clients = [connect(daemon) for _ in range(50)]
    must(daemon.stop() == 0, "the daemon did not end with 0")
    must(not (daemon.repo / "api").exists(), "the file api is left behind")
    for client in clients:
        client.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--connections", type=int, default=10_000)
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    failed = 0
    with Daemon(given.program) as daemon:
        for each in CHECKS:
            if given.only not in each.__name__:
                continue
            try:
                each(daemon, given)
                print(f"ok {each.__name__}")
            except (AssertionError, OSError) as error:
                failed += 1
                print(f"FAILED {each.__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
