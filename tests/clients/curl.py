#!/usr/bin/env python3
"""curl with every format of the gateway, against our daemon and a real Kubo's.

    curl.py --program OURS [--kubo KUBO]

What curl prints, header fields included, must be the same but for what names the program or the
moment. Without curl or Kubo the reason is printed and the exit code is 77.
"""
import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "daemon"))
from daemons import FILE, FOLDER, KUBO, MULTIPART, PATIENCE_S, Daemon, multipart  # noqa: E402

TREE = multipart(("file", "tree", FOLDER, b""), ("file", "tree%2Fa.txt", FILE, b"one\n"),
                 ("file", "tree%2Findex%20of", FILE, b"two"),
                 ("file?mtime=1700000000", "tree%2Fb.bin", FILE, bytes(range(256)) * 4000))
NODE = multipart(("file", "n", FILE, b'{"a":1,"b":[true,null,2.5]}'))
TYPES = {"raw": "application/vnd.ipld.raw", "car": "application/vnd.ipld.car",
         "tar": "application/x-tar", "dag-json": "application/vnd.ipld.dag-json",
         "dag-cbor": "application/vnd.ipld.dag-cbor", "json": "application/json",
         "cbor": "application/cbor", "ipns-record": "application/vnd.ipfs.ipns-record"}

GONE = "QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc"

# What curl is given; {tree}, {file}, {node}, {name} are paths on the gateway.
STEPS = ["{file}", "{tree}/a.txt", "-I {tree}/b.bin", "-r 10-19 {tree}/b.bin", "-r -5 {tree}/b.bin",
         "-r 0-1,5-6 {tree}/a.txt", "-C 1023999 {tree}/b.bin", "-r 9999999- {tree}/b.bin",
         "--compressed {tree}/a.txt", "-L {tree}", "-I {tree}", "{tree}/none", "{base}/ipfs/none",
         "-H 'If-None-Match: \"{file_cid}\"' {file}", "-H 'Cache-Control: only-if-cached' {file}",
         "-H 'Cache-Control: only-if-cached' {base}/ipfs/" + GONE,
         "{node}", "{name}", "{tree}/b.bin?download=true&filename=x.bin", "-X OPTIONS {file}",
         "-X POST {file}", "-d x=y {file}", "{file}?format=nonsense", "{base}/", "{base}/nonsense",
         "-L --resolve x.localhost:{port}:127.0.0.1 http://localhost:{port}/ipfs/{file_cid}",
         "{tree}?format=car&dag-scope=entity", "{tree}/b.bin?format=car&entity-bytes=0:9",
         "{tree}?format=car&car-order=dfs&car-dups=y", "{tree}?format=car&dag-scope=nonsense"]
STEPS += [f"{{{what}}}?format={form}" for form in TYPES for what in ("file", "tree", "node",
         "name")]
STEPS += [f"-H 'Accept: {kind}' {{{what}}}" for kind in TYPES.values() for what in ("tree", "node")]
# Lengths, since Go puts a length that it finds out late at the end, and finds none for what it
# streams; pages for people, which are our own.
HIDDEN = [(re.compile(r"^(Date|Server|Content-Length|Transfer-Encoding): .*\r?\n", re.M), ""),
          (re.compile(r"DirIndex-\w+_"), "DirIndex-..._"),
          (re.compile(r"<!DOCTYPE html>.*", re.S | re.I), "<page>"),
          (re.compile(r"^(Last-Modified): .*GMT", re.M), r"\1: ..."),
          (re.compile(r"k51[0-9a-z]{59}|12D3KooW\w{44}"), "<key>")]
# What may differ, and why.
EXEMPT = {"-X OPTIONS {file}": "ours says what is allowed"}
# Signatures and moments are in them.
UNLIKE = ("ipns-record", "tar")
# Kubo leaves the field out where it is not asked for it.
CONFIG = [("Gateway.DeprecatedXIpfsPath", "true")]


def in_order(text):
    """Fields in the order of their names; an archive's and a record's own tag left out."""
    head, mark, body = text.partition("\r\n\r\n")
    first, *fields = head.split("\r\n")
    return "\r\n".join([first, *sorted(fields)]) + mark + body


def drive(daemon):
    line = next(each for each in daemon.lines if each.startswith("Gateway server listening"))
    port = line.rsplit("/", 1)[1]
    base = f"http://127.0.0.1:{port}"

    def cid_of(call, body):
        told = json.loads(daemon.post(call, body=body, headers=[MULTIPART]).body.splitlines()[-1])
        return told["Hash"] if "Hash" in told else told["Cid"]["/"]

    tree = cid_of("add?cid-version=1&preserve-mtime=true", TREE)
    file = cid_of("add?cid-version=1", multipart(("file", "f", FILE, b"hello\n")))
    node = cid_of("dag/put", NODE)
    name = json.loads(daemon.post(
        f"name/publish?allow-offline=true&arg=/ipfs/{tree}").body)["Name"]
    places = dict(base=base, port=port, file_cid=file, tree=f"{base}/ipfs/{tree}",
                  file=f"{base}/ipfs/{file}", node=f"{base}/ipfs/{node}",
                  name=f"{base}/ipns/{name}")
    said = {}
    for step in STEPS:
        words = step
        for key, value in places.items():
            words = words.replace("{" + key + "}", value)
        words = re.sub(r"(http://\S+)", r"'\1'", words)
        answer = subprocess.run(["bash", "-c", f"curl -sS -i --globoff {words}"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                timeout=PATIENCE_S)
        text = answer.stdout.decode("latin1").replace(port, "<port>").replace(name, "<name>")
        for pattern, shown in HIDDEN:
            text = pattern.sub(shown, text)
        if any(each in step for each in UNLIKE):
            text = re.sub(r"Etag: .*\r\n", "", text.split("\r\n\r\n")[0])
        said[step] = f"{answer.returncode}\n{in_order(text)}"
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--kubo", default=KUBO)
    given = parser.parse_args()
    if not shutil.which("curl"):
        print("skipped: there is no curl on PATH")
        return 77
    if not os.path.exists(given.kubo):
        print(f"skipped: there is no Kubo at {given.kubo} (tests/peers builds it)")
        return 77
    with Daemon(given.kubo, CONFIG) as kubo, Daemon(given.program, CONFIG) as ours:
        expected, got = drive(kubo), drive(ours)
    failed = 0
    for step, wanted in expected.items():
        if wanted == got[step] or step in EXEMPT:
            continue
        failed += 1
        print(f"-- curl {step}")
        for line in difflib.unified_diff(wanted.split("\n"), got[step].split("\n"), "kubo", "ours",
                                         lineterm="", n=0):
            print("   " + line[:200].encode("ascii", "backslashreplace").decode())
    print(f"{len(expected) - failed} of {len(expected)} answers to curl are the same")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
