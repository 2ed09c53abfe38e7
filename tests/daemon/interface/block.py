"""block/*."""
from interface.values import (BLOCK_BYTES_MAX, EMPTY, GONE, HELLO, HELLO_RAW, WORDS, one, plain,
                              upload)
from daemons import FILE

REQUESTS = [
    ("add", one(b"hello\n")),
    ("block/put", one(b"hello\n")), ("block/put?format=v0", one(b"\x0a\x02\x08\x01")),
    ("block/put?format=protobuf", one(b"\x0a\x02\x08\x01")), ("block/put?format=cbor",
    one(b"\xa0")),
    ("block/put?cid-codec=dag-pb", one(b"\x0a\x02\x08\x01")),
    ("block/put?cid-codec=dag-pb", one(b"no protobuf")),
    ("block/put?cid-codec=nonsense", one(b"x")), ("block/put?mhtype=nonsense", one(b"x")),
    ("block/put?mhtype=blake3", one(b"x")), ("block/put?mhtype=blake2b-256", one(b"x")),
    ("block/put?mhtype=identity", one(b"x")), ("block/put?mhtype=sha2-512&mhlen=20", one(b"x")),
    ("block/put?mhlen=200", one(b"x")), ("block/put?mhtype=murmur3-128", one(b"x")),
    ("block/put?allow-big-block=true", one(bytes(BLOCK_BYTES_MAX + 1))),
    ("block/put", one(bytes(BLOCK_BYTES_MAX + 1))), ("block/put", one(bytes(BLOCK_BYTES_MAX))),
    ("block/put?pin=true", one(b"pinned")), ("block/put", {}), ("block/put", one(b"")),
    ("block/put", upload(("file", "a", FILE, b"a"), ("file", "b", FILE, b"b"))),
    *plain("block/get?arg=" + HELLO, "block/get?arg=" + HELLO_RAW, "block/get?arg=/ipfs/" + HELLO,
           "block/get?arg=/ipfs/" + EMPTY + "/none", "block/get?arg=/ipfs/" + GONE,
           "block/get?arg=" + GONE + "&offline=true", "block/get?arg=/ipns/nonsense",
           "block/get?arg=", "block/stat?arg=" + HELLO_RAW, "block/stat?arg=" + GONE,
           "block/stat?arg=nonsense", "block/stat", "block/stat?arg=/ipfs/" + EMPTY,
           "block/rm", "block/rm?arg=nonsense", "block/rm?arg=" + HELLO_RAW,
           "block/rm?arg=" + HELLO_RAW + "&force=true", "block/rm?arg=" + GONE + "&quiet=true",
           "block/rm?arg=" + EMPTY + "&arg=" + GONE + "&force=true"),
]
TRAILER = "the failure is told in the trailer, too"
EXEMPT = {
    "block/put?mhlen=200": WORDS,
    "block/rm?arg=" + GONE + "&quiet=true": TRAILER,
    "block/rm?arg=" + HELLO_RAW: TRAILER,
    "block/rm?arg=" + EMPTY + "&arg=" + GONE + "&force=true": TRAILER,
}
