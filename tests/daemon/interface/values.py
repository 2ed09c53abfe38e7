"""What the requests of the suite speak of."""
import hashlib

from daemons import FILE, FOLDER, LINK, MULTIPART, multipart

# Why words differ that Kubo has from Go's libraries.
WORDS = "ours are our own words for what Go's libraries say"

HELLO = "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN"
HELLO_RAW = "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am"
EMPTY = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"
GONE = "QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc"
PEER = "QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ"
BLOCK_BYTES_MAX = 2 << 20


def upload(*parts):
    return dict(body=multipart(*parts), headers=[MULTIPART])


def one(content, name="hello.txt"):
    """A single file as the body."""
    return upload(("file", name, FILE, content))


TREE = upload(("file", "tree", FOLDER, b""), ("file", "tree%2Fa.txt", FILE, b"one\n"),
              ("file", "tree%2Fempty", FOLDER, b""), ("file", "tree%2Fsub", FOLDER, b""),
              ("file", "tree%2Fsub%2Fb", FILE, b"b" * 300000),
              ("file", "tree%2Flink", LINK, b"a.txt"))
TREE_CID = "QmPZmBmYagvJvTaKEvHGDGdqQF7iD1mJdM7qWPx3YpZR4V"


def varint(number):
    text = b""
    while number > 127:
        text += bytes([number & 127 | 128])
        number >>= 7
    return text + bytes([number])


def car(*bodies):
    """A CAR of raw blocks whose root is the first."""
    cids = [b"\x01\x55\x12\x20" + hashlib.sha256(body).digest() for body in bodies]
    header = (b"\xa2\x65roots\x81\xd8\x2a\x58\x25\x00" + cids[0] + b"\x67version\x01")
    text = varint(len(header)) + header
    for cid, body in zip(cids, bodies):
        text += varint(len(cid) + len(body)) + cid + body
    return text


def plain(*paths):
    """Requests without a body."""
    return [(path, {}) for path in paths]
