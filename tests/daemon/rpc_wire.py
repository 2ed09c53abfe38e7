#!/usr/bin/env python3
"""What the RPC says on the wire, byte for byte, from ours and from a real Kubo.

    rpc_wire.py --program OURS [--kubo KUBO] [--only WORD]

Every request goes to both daemons, which hold the same content; status, header fields, body and
trailer must be equal but for what names the program itself. Without Kubo it says so and ends with
77, which the test runner shows as skipped.
"""
import sys

from compare import arguments_of, compare, is_missing
from daemons import FILE, FOLDER, LINK, MULTIPART, multipart

TREE = multipart(("file", "tree", FOLDER, b""), ("file", "tree%2Fa.txt", FILE, b"one\n"),
                 ("file", "tree%2Fsub", FOLDER, b""),
                 ("file", "tree%2Fsub%2Fb", FILE, b"b" * 300000),
                 ("file", "tree%2Flink", LINK, b"a.txt"))
ONE = multipart(("file", "hello.txt", FILE, b"hello\n"))
TWO = multipart(("file", "x", FILE, b"x"), ("file", "y/z", FILE, b"z"), ("file", None, FILE, b"n"))
STATED = multipart(("file?mode=0640&mtime=1700000000&mtime-nsecs=7", "s", FILE, b"stat"))
NODE = multipart(("file", "n", FILE,
                  b'{"a":1,"b":{"/":"QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"}}'))
HELLO = "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN"
# A folder with the folder "a", which holds the empty folder as "b".
NESTED = "QmZD3r9cZjzU8huNY2JS9TC6n8daDfT8TmE8zBSqG31Wvq"
EMPTY = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"
GONE = "QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc"
ORIGIN = "http://127.0.0.1:<port>"

# (path, keywords of Daemon.post); those that change something come before those that look.
REQUESTS = [
    ("add", dict(body=ONE, headers=[MULTIPART])),
    ("add?progress=true&cid-version=1", dict(body=ONE, headers=[MULTIPART])),
    ("add?recursive=true", dict(body=TREE, headers=[MULTIPART])),
    ("add?wrap-with-directory=true&pin=false", dict(body=TWO, headers=[MULTIPART])),
    ("add", dict(body=TWO, headers=[MULTIPART])),
    ("add", dict(body=STATED, headers=[MULTIPART])),
    ("add?only-hash=true&quiet=true", dict(body=ONE, headers=[MULTIPART])),
    ("add?silent=true", dict(body=ONE, headers=[MULTIPART])),
    ("add?chunker=nonsense", dict(body=ONE, headers=[MULTIPART])),
    ("add", {}), ("add?pin=maybe", dict(body=ONE, headers=[MULTIPART])),
    ("add?pin=true&pin=false", dict(body=ONE, headers=[MULTIPART])),
    ("add?unknown=option", dict(body=ONE, headers=[MULTIPART])),
    ("block/put", dict(body=ONE, headers=[MULTIPART])),
    ("block/put?mhtype=sha3-256&cid-codec=dag-cbor", dict(body=ONE, headers=[MULTIPART])),
    ("block/put?pin=true", dict(body=TWO, headers=[MULTIPART])),
    ("block/stat?arg=" + HELLO, {}), ("block/get?arg=" + HELLO, {}),
    ("block/get?arg=" + GONE, {}), ("block/get?arg=nonsense", {}), ("block/get", {}),
    ("block/get?arg=a&arg=b", {}), ("block/get/" + HELLO, {}),
    ("block/rm?arg=" + GONE, {}), ("block/rm?arg=" + HELLO, {}),
    ("dag/put", dict(body=NODE, headers=[MULTIPART])),
    ("dag/put?input-codec=nonsense", dict(body=NODE, headers=[MULTIPART])),
    ("dag/get?arg=" + HELLO, {}), ("dag/get?arg=" + HELLO + "&output-codec=dag-cbor", {}),
    ("dag/resolve?arg=" + HELLO, {}), ("dag/stat?arg=" + HELLO, {}),
    ("dag/export?arg=" + HELLO, {}), ("dag/export?arg=" + GONE, {}),
    ("cat?arg=" + HELLO, {}), ("cat?arg=" + HELLO + "&offset=2&length=2", {}),
    ("cat?arg=" + HELLO + "&offset=-1", {}), ("cat?arg=" + EMPTY, {}), ("cat?arg=" + GONE, {}),
    ("cat?arg=/ipfs/" + EMPTY + "/none", {}), ("cat", {}), ("cat/" + HELLO, {}),
    ("get?arg=" + HELLO, {}), ("ls?arg=" + EMPTY, {}), ("ls?arg=" + HELLO, {}),
    ("ls?arg=" + HELLO + "&stream=true", {}),
    ("refs?arg=" + HELLO, {}), ("refs?arg=" + GONE, {}), ("resolve?arg=/ipfs/" + HELLO, {}),
    ("pin/ls?type=recursive", {}), ("pin/ls?stream=true&type=recursive&arg=" + HELLO, {}),
    ("pin/ls?arg=" + GONE, {}), ("pin/ls?type=nonsense", {}), ("pin/add?arg=" + HELLO, {}),
    ("pin/add?arg=" + HELLO + "&progress=true", {}), ("pin/add?arg=" + GONE, {}),
    ("pin/add?arg=" + HELLO + "&name=n1", {}), ("pin/ls?names=true&arg=" + HELLO, {}),
    ("pin/rm?arg=" + GONE, {}), ("pin/rm?arg=" + HELLO, {}), ("pin/rm?arg=" + HELLO, {}),
    ("pin/update?arg=" + GONE + "&arg=" + EMPTY, {}), ("pin/verify", {}),
    ("cid/base32?arg=" + HELLO, {}), ("cid/format?arg=" + HELLO + "&f=%25M", {}),
    ("multibase/encode", dict(body=ONE, headers=[MULTIPART])), ("multibase/list", {}),
    ("repo/version", {}), ("repo/gc", {}), ("config?arg=Addresses.Gateway", {}),
    ("config?arg=Nonsense.Key", {}), ("config", {}), ("commands", dict(method="GET")),
    ("cat?arg=" + HELLO + "&encoding=text", {}), ("pin/ls?encoding=text&type=recursive", {}),
    ("version?enc=nonsense", {}), ("cat?arg=" + HELLO + "&timeout=nonsense", {}),
    ("", {}), ("nonsense", {}), ("pin", {}), ("pin/nonsense", {}), ("key/export?arg=self", {}),
    ("%zz", {}), ("version", dict(method="GET")), ("version", dict(method="PUT")),
    ("version", dict(method="OPTIONS")), ("version", dict(method="HEAD")),
    ("version", dict(method="OPTIONS", headers=[("Origin", ORIGIN),
                                                ("Access-Control-Request-Method", "POST")])),
    ("version", dict(method="OPTIONS", headers=[("Origin", "http://evil.example"),
                                                ("Access-Control-Request-Method", "POST")])),
    ("repo/version", dict(headers=[("Origin", ORIGIN)])),
    ("repo/version", dict(headers=[("Origin", "http://evil.example")])),
    ("repo/version", dict(headers=[("Referer", "http://evil.example/page")])),
    ("repo/version", dict(headers=[("Referer", ORIGIN + "/webui")])),
    ("repo/version", dict(headers=[("User-Agent", "Mozilla/5.0")])),
    ("repo/version", dict(headers=[("User-Agent", "Mozilla/5.0 Electron/1")])),
    ("repo/version", dict(headers=[("User-Agent", "curl/8")])),
]

PEER = "QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ"
REACHED = "/ip4/127.0.0.1/tcp/4001/p2p/" + PEER
# What needs the network, and what stands in the config or in dag-pb nodes.
REQUESTS += [(path, {}) for path in [
    "bootstrap", "bootstrap/list?expand-auto=true", "bootstrap/add", "bootstrap/add?arg=nonsense",
    "bootstrap/add?arg=" + REACHED, "bootstrap/add?arg=/ip4/1.2.3.4/tcp/1",
    "bootstrap/add?arg=/p2p/" + PEER, "bootstrap/add?arg=default", "bootstrap/list",
    "bootstrap/rm?arg=nonsense", "bootstrap/rm?arg=/ip4/9.9.9.9/tcp/1/p2p/" + PEER,
    "bootstrap/rm", "bootstrap/rm?arg=" + REACHED, "bootstrap/add?arg=" + REACHED,
    "bootstrap/rm?arg=/p2p/" + PEER, "bootstrap/list", "bootstrap/rm/all", "bootstrap/list",
    "bootstrap/rm?all=true",
    "swarm/addrs", "swarm/addrs/autonat", "swarm/addrs/listen", "swarm/addrs/local?id=true",
    "swarm/connect", "swarm/connect?arg=nonsense", "swarm/connect?arg=" + REACHED,
    "swarm/connect?arg=/ip4/1.2.3.4/tcp/1", "swarm/disconnect?arg=" + REACHED, "swarm/filters",
    "swarm/filters/add?arg=/ip4/10.0.0.0/ipcidr/8", "swarm/filters/rm?arg=all",
    "swarm/peering/add?arg=" + REACHED, "swarm/peering/add?arg=nonsense",
    "swarm/peering/add?arg=/ip4/1.2.3.4/tcp/1", "swarm/peering/ls",
    "swarm/peering/rm?arg=" + PEER, "swarm/peers", "swarm/resources",
    "bitswap/stat", "bitswap/wantlist", "bitswap/ledger?arg=" + PEER, "bitswap/reprovide",
    "stats/bitswap", "stats/bw", "stats/dht?arg=wan", "stats/provide", "stats/reprovide",
    "ping", "ping?arg=" + PEER, "version/check",
    "pubsub/ls", "pubsub/peers", "pubsub/pub?arg=uaGVsbG8", "pubsub/sub?arg=uaGVsbG8",
    "pubsub/reset", "pubsub/reset?encoding=text", "dht/findpeer", "dht/get", "dht/put",
    "dht/findprovs?arg=" + HELLO, "dht/query?arg=" + PEER, "dht/query",
    "provide/clear", "provide/clear?quiet=true", "provide/once?arg=" + HELLO, "provide/stat",
    "p2p/close", "p2p/forward?arg=/x/a&arg=/ip4/127.0.0.1/tcp/1&arg=/p2p/" + PEER,
    "p2p/listen?arg=/x/a&arg=/ip4/127.0.0.1/tcp/1", "p2p/ls", "p2p/stream/ls",
    "p2p/stream/close", "mount", "update/check", "repo/migrate", "diag/healthy",
    "diag/cmds/clear", "diag/cmds/set-time?arg=1h", "diag/cmds/set-time?arg=nonsense",
    "diag/cmds/set-time", "diag/cmds",
    "object/data?arg=" + EMPTY, "object/new", "object/patch/set-data?arg=" + EMPTY,
    "object/patch/add-link?arg=" + EMPTY + "&arg=a/b&arg=" + EMPTY + "&create=true",
    "object/patch/add-link?arg=" + EMPTY + "&arg=a/b&arg=" + EMPTY,
    "object/patch/add-link?arg=" + EMPTY + "&arg=&arg=" + EMPTY,
    "object/patch/add-link?arg=" + EMPTY + "&arg=x&arg=" + HELLO,
    "object/patch/add-link?arg=" + HELLO + "&arg=x&arg=" + EMPTY,
    "object/patch/add-link?arg=" + HELLO + "&arg=x&arg=" + EMPTY + "&allow-non-unixfs=true",
    "object/patch/add-link?arg=" + NESTED + "&arg=a/c&arg=" + EMPTY,
    "object/patch/add-link?arg=" + GONE + "&arg=x&arg=" + EMPTY,
    "object/patch/rm-link?arg=" + NESTED + "&arg=a/b", "object/patch/rm-link?arg=" + NESTED +
    "&arg=a", "object/patch/rm-link?arg=" + EMPTY + "&arg=none",
    "object/patch/rm-link?arg=" + HELLO + "&arg=none",
    "object/diff?arg=" + EMPTY + "&arg=" + EMPTY, "object/diff?arg=" + EMPTY + "&arg=" + NESTED,
    "object/diff?arg=" + NESTED + "&arg=" + EMPTY, "object/diff?arg=" + EMPTY + "&arg=" + GONE,
    "object/diff?encoding=text&arg=" + EMPTY + "&arg=" + NESTED,
    "object/diff?encoding=text&verbose=true&arg=" + NESTED + "&arg=" + EMPTY,
]]

# Answers that need not be equal, and why.
EXEMPT = {
    "get?arg=" + HELLO: "Kubo's archives carry the moment of the request in PAX fields",
    "multibase/list": "the order of a Go map",
    "repo/gc": "the order of a walk over the store",
    "dag/stat?arg=" + HELLO: "Kubo tells of its progress when there is none to tell",
    "pin": "a group is no command: Kubo answers 200 with nothing",
    "cat?arg=" + HELLO + "&timeout=nonsense": "Kubo answers 200 with nothing",
    "version?enc=nonsense": "Kubo's refusal has the fields of an answer",
    "pin/ls?encoding=text&type=recursive": "the order of a walk over the pins",
    "%zz": "Go refuses it below Kubo, with other fields",
    "block/rm?arg=" + GONE: "the failure is told in the trailer, too",
    "block/rm?arg=" + HELLO: "the failure is told in the trailer, too",
}


def main():
    given = arguments_of(__doc__).parse_args()
    if is_missing(given):
        return 77
    return 1 if compare(given, REQUESTS, EXEMPT) else 0


if __name__ == "__main__":
    sys.exit(main())
