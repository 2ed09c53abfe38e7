#!/usr/bin/env python3
"""What the gateway says on the wire, from ours and from a real Kubo, for some hundreds of requests.

    gateway_wire.py --program OURS [--kubo KUBO] [--only WORD] [--ports OURS:KUBO]

Paths, formats, ranges, conditions, methods and hosts are combined; status, header fields and body
must be equal but for the pages that each makes itself and for what docs/decisions/departures.md
names. Without Kubo it says so and ends with 77, which the test runner shows as skipped.
"""
import argparse
import difflib
import http.client
import os
import re
import socket
import sys
import tempfile
from pathlib import Path

from daemons import KUBO, Answer, Daemon

CONFIG = [("Addresses.Gateway", '"/ip4/127.0.0.1/tcp/0"'),
          ("Gateway.DeprecatedXIpfsPath", "true"),
          ("Gateway.PublicGateways",
           '{"example.com": {"UseSubdomains": true, "Paths": ["/ipfs", "/ipns"]},'
           ' "plain.org": {"Paths": ["/ipfs"]}, "*.wild.net": {"Paths": ["/ipfs"]},'
           ' "trustless.net": {"Paths": ["/ipfs", "/ipns"], "DeserializedResponses": false}}')]

FILES = {"a.txt": b"one\n", "page.html": b"<!DOCTYPE html><html><p>hi</html>", "empty": b"",
         "binary": bytes(range(256)) * 40, "big": b"0123456789abcdef" * 50000,
         "img": b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "doc": b"%PDF-1.4\n%...", "latin": b"caf\xe9 au",
         "list.json": b"[1]", "json": b'{"a": [1, 2, {"b": null}]}', "script": b"var a = 1;\n",
         "we\u0142na \u2603.txt": b"unicode", "a&b<c>\"d'.txt": b"special",
         "100%25.txt": b"percent",
         "q?x=1#y.txt": b"query", "site/index.html": b"<h1>site</h1>", "site/other.css": b"p{}",
         "site/deep/x.js": b"x()", "odd/index.html/inside.txt": b"index is a directory",
         "sub/one/two/three.txt": b"deep"}
VALUES = [("dag-cbor", "dag-json", b'{"hello":"world","list":[1,2,{"x":true}]}'),
          ("dag-json", "dag-json", b'{"hello":"world","n":1.5}'), ("json", "json", b'{"a":1}'),
          ("cbor", "json", b'{"a":[1,2]}')]
GONE = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
HTML = ("Accept", "text/html,application/xhtml+xml")


def make_tree(folder):
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "link").symlink_to("a.txt")


def fill(daemon, tree):
    """The CIDs of everything that the requests speak of."""
    cids = {}
    for version in "01":
        out = daemon.run("add", "-rQ", f"--cid-version={version}", tree).stdout.decode()
        cids[f"root{version}"] = out.split()[-1]
    for codec, given, content in VALUES:
        out = daemon.run("dag", "put", "--store-codec", codec, "--input-codec", given,
                         stdin=content)
        cids[codec] = out.stdout.decode().split()[-1]
    link = b'{"to":{"/":"%s"},"in":{"side":1}}' % cids["root1"].encode()
    cids["linked"] = daemon.run("dag", "put", stdin=link).stdout.decode().split()[-1]
    return cids


def quoted(path):
    return "".join(chr(b) if chr(b).isalnum() and b < 128 or chr(b) in "/-._~?=&%:" else f"%{b:02X}"
                   for b in path.encode())


def requests(cids):
    """(target, header fields, method)."""
    root, root0 = f"/ipfs/{cids['root1']}", f"/ipfs/{cids['root0']}"
    files = [f"{root}/{quoted(name.replace('%', '%25').replace('?', '%3F'))}"
             if "%" in name or "?" in name else f"{root}/{quoted(name)}" for name in FILES]
    some = [f"{root}/a.txt", f"{root}/big", f"{root0}/big", f"{root}/site/", f"{root}/sub/"]
    values = [f"/ipfs/{cids[codec]}" for codec, _, _ in VALUES]
    for path in [*files, *values, root, root0, root + "/", f"{root}/site", f"{root}/site/",
                 f"{root}/sub", f"{root}/sub/", f"{root}/sub?a=b&c=d", f"{root}/odd/",
                 f"{root}/link",
                 f"{root}/none", f"{root}/none/deeper", f"{root}/a.txt/x", f"/ipfs/{GONE}",
                 f"/ipfs/{GONE}/x", "/ipfs/bafkqaaa", "/ipfs/bafkqabtimvwgy3yk", "/ipfs/nonsense",
                 "/ipfs/", "/ipfs", "/ipns/", "/ipns/nonsense", "/", "/none",
                 "/ipfs/ipfs/" + cids["root1"], f"{root}//a.txt", f"{root}/./a.txt",
                 f"{root}/sub/../a.txt", f"/ipfs/{cids['linked']}/to/a.txt",
                 f"/ipfs/{cids['linked']}/in/side", f"/ipfs/{cids['linked']}/in/none",
                 f"/ipfs/{cids['linked']}/to/", f"{root}/a.txt?filename=x%20y.png",
                 f"{root}/a.txt?filename=t%C3%A9st.txt&download=true",
                 f"/ipfs/?uri=ipfs%3A%2F%2F{cids['root1']}%2Fa.txt", "/ipfs/?uri=http%3A%2F%2Fx",
                 f"{root}/a.txt?format=nonsense", f"{root}/a.txt?format=raw&filename=q.bin"]:
        yield path, [], "GET"
        yield path, [HTML], "GET"
        yield path, [], "HEAD"
    for path in [*some, *values, f"{root}/link", f"{root}/none", root, f"/ipfs/{GONE}"]:
        for form in ["raw", "car", "tar", "json", "cbor", "dag-json", "dag-cbor", "ipns-record"]:
            mark = f"{path}?format={form}"
            yield mark, [], "GET"
            kind = {"tar": "x-tar", "json": "json", "cbor": "cbor",
                    "ipns-record": "vnd.ipfs.ipns-record"}.get(form, f"vnd.ipld.{form}")
            yield path, [("Accept", f"application/{kind}")], "GET"
            yield path + "?format=raw", [("Accept", f"application/{kind}")], "HEAD"
    for path in some[:3] + [f"{root}/empty", f"{root}/a.txt?format=raw", values[0], f"{root}/link"]:
        for span in ["0-", "0-0", "1-2", "2-", "-1", "-2", "3-3", "99999999-", "2-1", "x",
                     "0-1,2-3", "-", "", "1-x", " 1 - 2 ", "0-99999999", "--1"]:
            yield path, [("Range", f"bytes={span}")], "GET"
        yield path, [("Range", "lines=1-2")], "GET"
        yield path, [("Range", "bytes=1-2"), ("If-Range", '"other"')], "GET"
        yield path, [("Range", "bytes=1-2")], "HEAD"
    for path in some + values:
        for tag in ['"x"', "*", 'W/"x", "y"', "nonsense", "", '"<etag>"', 'W/"<etag>"']:
            yield path, [("If-None-Match", tag)], "GET"
        yield path, [("If-Match", '"x"')], "GET"
        yield path, [("Cache-Control", "only-if-cached")], "GET"
    for path in [f"/ipfs/{GONE}", f"{root}/none"]:
        yield path, [("Cache-Control", "only-if-cached")], "GET"
        yield path, [("Cache-Control", "only-if-cached")], "HEAD"
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]:
        yield f"{root}/a.txt", [], method
    yield from car_requests(root, cids)
    yield from host_requests(cids)


def car_requests(root, cids):
    for path in [f"{root}/big", root, f"{root}/sub/one", f"/ipfs/{cids['linked']}/to/sub",
                 f"{root}/none/x", f"/ipfs/{cids['root0']}/sub"]:
        for scope in ["block", "entity", "all", "nonsense", ""]:
            for more in ["", "&car-dups=y", "&entity-bytes=0:*", "&entity-bytes=5:300000",
                         "&entity-bytes=-10:*", "&entity-bytes=300000:-1"]:
                yield f"{path}?format=car&dag-scope={scope}{more}", [], "GET"
        for more in ["car-order=dfs", "car-order=unk", "car-order=x", "car-version=1",
                     "car-version=2", "car-dups=x", "entity-bytes=5", "entity-bytes=9:2"]:
            yield f"{path}?format=car&{more}", [], "GET"
        for parameters in ["version=1", "order=dfs; dups=y", "order=unk;dups=n", 'version="2"',
                           "="]:
            yield path, [("Accept", f"application/vnd.ipld.car; {parameters}")], "GET"


def host_requests(cids):
    root, root0 = cids["root1"], cids["root0"]
    for host in ["localhost", "example.com", "example.com:8080", "plain.org", "a.wild.net",
                 "trustless.net", f"{root}.ipfs.example.com", f"{root}.ipfs.localhost",
                 f"{root0}.ipfs.example.com", f"{root}.ipns.example.com", f"{root}.ipfs.plain.org",
                 f"{root}.nonsense.example.com", "x.ipfs.example.com", "127.0.0.1", "[::1]:99"]:
        for path in [f"/ipfs/{root}/a.txt", f"/ipfs/{root0}/a.txt?x=y", f"/ipfs/{root0}", "/a.txt",
                     "/", "/site", "/none", f"/ipns/{root}", "/ipns/en.example.net/x",
                     f"/ipfs/{root}?format=raw", "/ipfs/nonsense"]:
            yield path, [("Host", host)], "GET"
        yield f"/ipfs/{root0}/a.txt", [("Host", host), ("X-Forwarded-Proto", "https")], "GET"
        yield f"http://{host}/ipfs/{root}/a.txt", [("Host", "ignored")], "GET"
        yield f"/ipfs/{root}/a.txt", [("Host", "x"), ("X-Forwarded-Host", host)], "GET"


def ask(port, target, fields, method):
    lines = [f"{method} {target} HTTP/1.1"]
    if not any(name == "Host" for name, _ in fields):
        lines.append(f"Host: 127.0.0.1:{port}")
    lines += [f"{name}: {value}" for name, value in fields] + ["Connection: close"]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        try:
            return Answer(client, method)
        except http.client.IncompleteRead as broken:
            return Broken(broken)


class Broken:
    """An answer that ended before the length that it promised."""

    def __init__(self, error):
        self.status, self.fields, self.body = 0, [], str(error).encode()


def is_page(answer):
    fields = dict(answer.fields)
    kind = fields.get("Content-Type", "")
    return kind == "text/html" and ("DirIndex" in fields.get("Etag", "") or answer.status >= 400
                                    or "DagIndex" in fields.get("Etag", ""))


def comparable(answer, port):
    """As text, without what each may say in its own way."""
    page = is_page(answer)
    # Go counts streamed answers below 2 KiB; and it writes no body to a HEAD that redirects.
    kind = dict(answer.fields).get("Content-Type", "")
    streamed = kind.startswith(("application/x-tar", "application/vnd.ipld.car"))
    fields = []
    for name, value in answer.fields:
        if name == "Connection" or name == "Transfer-Encoding" or (
                name == "Content-Length" and (page or streamed or answer.status >= 400)):
            continue
        fields.append(f"{name}: {value}")
    body = "(a page)" if page else answer.body[:2000].decode("utf-8", "backslashreplace")
    size = 0 if page else len(answer.body)
    text = "\n".join([str(answer.status), *fields, "", body, str(size)])
    text = re.sub(r"(Dir|Dag)Index-[^_]*_", r"\1Index-_", text)
    text = re.sub(r"\d{11} \d{6}(  \d|\0)", "<time> <sum>", text)  # In heads of tar entries.
    text = text.replace(str(port), "<port>")
    return re.sub(r"kubo/[^\n]*|Commit:[^\n]*", "", text)


# Where we differ, and why: docs/decisions/departures.md.
def is_departure(target, fields, method, ours, kubo):
    given = dict(fields)
    if kubo.status == 0 or (method == "HEAD" and kubo.status == 500 and ours.status == 206):
        return True  # Kubo breaks ranges of symlinks off, and fails at those of values by HEAD.
    if method == "HEAD" and "DirIndex" in dict(ours.fields).get("Etag", ""):
        return True  # Kubo's HEAD of a listing has none of the fields of its GET.
    if method == "OPTIONS" or "ipfs.localhost" in target + str(fields):
        return True  # Kubo loses its Allow, and its localhost without a port is trustless.
    if kubo.status == ours.status == 200 and dict(ours.fields).get("Content-Length") == "0":
        return True  # The type of an empty file, whatever range of it is wanted.
    several = "," in given.get("Range", "") and ours.status == 206
    if several or (given.get("Range", "").startswith("bytes=-") and kubo.status in (400, 500)):
        return True  # All ranges are sent, and a tail longer than the file is the file.
    return False


def compare(ports, cids, only):
    count, failures = 0, 0
    for target, fields, method in requests(cids):
        label = f"{method} {target} {fields}"
        if only and only not in label:
            continue
        if any("<etag>" in value for _, value in fields):
            tag = dict(ask(ports[1], target, [], "HEAD").fields).get("Etag", '"-"').strip('W/"')
            fields = [(name, value.replace("<etag>", tag)) for name, value in fields]
        ours, kubo = (ask(port, target, fields, method) for port in ports)
        count += 1
        a, b = comparable(kubo, ports[1]), comparable(ours, ports[0])
        if a == b or is_departure(target, fields, method, ours, kubo):
            continue
        failures += 1
        if failures <= 200:
            print(f"--- {label}")
            for line in difflib.unified_diff(a.splitlines(), b.splitlines(), "kubo", "ours",
                                             lineterm="", n=0):
                print("    " + line[:300])
    print(f"{count} requests, {failures} answered otherwise than by Kubo")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--kubo", default=KUBO)
    parser.add_argument("--only", default="")
    parser.add_argument("--ports", help="of gateways that run already and hold the content")
    given = parser.parse_args()
    if not os.path.exists(given.kubo):
        print("no Kubo to compare with: set KIT_KUBO")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        make_tree(tree)
        daemons = [Daemon(given.program, CONFIG), Daemon(given.kubo, CONFIG)]
        with daemons[0] as ours, daemons[1] as kubo:
            cids = [fill(daemon, tree) for daemon in (ours, kubo)]
            if cids[0] != cids[1]:
                raise AssertionError(f"the CIDs differ: {cids}")
            ports = [int((daemon.repo / "gateway").read_text().strip("/").rsplit(":", 1)[1])
                     for daemon in (ours, kubo)]
            if given.ports:
                ports = [int(port) for port in given.ports.split(":")]
            return compare(ports, cids[0], given.only)


if __name__ == "__main__":
    sys.exit(main())
