"""add, cat, get, ls."""
from interface.values import EMPTY, GONE, HELLO, TREE, TREE_CID, one, plain, upload
from daemons import FILE, FOLDER, LINK

TIME = "mtime=1700000000&mtime-nsecs=250000000"
STATED = upload(("file?mode=0640&" + TIME, "s", FILE, b"stat"))
STATED_CID = "QmQACFuEi3jhfuPmk7TPAHnbWoPjX6FXZ75ATF4D3cy9pU"
BITS = upload(("file?mode=40000755", "b", FILE, b"bits"))
SPARSE = upload(("file", "t", FOLDER, b""), ("file", "t%2Fe", FOLDER, b""),
                ("file", "t%2Fs", FOLDER, b""), ("file", "t%2Fs%2Fe", FOLDER, b""),
                ("file", "t%2Fx", FILE, b"x"), ("file", "t%2Fz", FOLDER, b""))
LARGE = one(b"0123456789" * 100000)
WRAPPED = "add?wrap-with-directory=true"

REQUESTS = [
    ("add", one(b"hello\n")), ("add", one(b"")), ("add", TREE), ("add", LARGE), ("add", STATED),
    ("add?progress=true", LARGE), ("add?preserve-mode=true&preserve-mtime=true", STATED),
    ("add?preserve-mode=true", BITS), ("add?mode=0600&mtime=5", TREE), ("add?mtime-nsecs=5", TREE),
    ("add?empty-dirs=false", SPARSE), ("add?empty-dirs=false&wrap-with-directory=true", SPARSE),
    ("add?empty-dirs=true", SPARSE),
    *[("add?" + option, LARGE) for option in (
        "cid-version=1", "cid-version=1&raw-leaves=false", "cid-version=2", "raw-leaves=true",
        "hash=sha2-512", "hash=nonsense", "hash=blake2b-256", "hash=sha2-512&cid-version=0",
        "chunker=size-1000", "chunker=rabin-1000-2000-3000", "chunker=buzhash", "chunker=size-0",
        "chunker=size-9999999", "chunker=rabin", "trickle=true", "only-hash=true", "pin=false",
        "inline=true", "inline=true&inline-limit=1000", "max-file-links=2", "quieter=true",
        "pin-name=named", "pin=false&pin-name=x", "nocopy=true", "fscache=true", "to-files=/x",
        "cid-base=base32", "cid-base=nonsense", "silent=true", "quiet=true")],
    (WRAPPED, one(b"w")), (WRAPPED, TREE), (WRAPPED, upload(("file", None, FILE, b"n"))),
    (WRAPPED, upload(("file", "l", LINK, b"../far"))), ("add", upload(("file", "l", LINK, b"x")),
    "a link"),
    *plain("cat?arg=" + HELLO, "cat?arg=/ipfs/" + TREE_CID + "/a.txt",
           "cat?arg=" + TREE_CID + "/link", "cat?arg=" + HELLO + "&offset=6",
           "cat?arg=" + HELLO + "&offset=7", "cat?arg=" + HELLO + "&length=0",
           "cat?arg=" + HELLO + "&length=-1", "cat?arg=" + HELLO + "&arg=" + HELLO,
           "cat?arg=" + HELLO + "&arg=" + HELLO + "&offset=4&length=4", "cat?arg=nonsense",
           "cat?arg=/ipns/nonsense", "cat?arg=/ipfs/", "cat?arg=" + GONE + "&arg=" + HELLO,
           "get?arg=" + STATED_CID, "get?arg=" + STATED_CID + "&archive=true",
           "get?arg=" + GONE, "get", "get?arg=nonsense", "get?arg=" + EMPTY + "/none",
           "get?arg=" + HELLO + "&compress=true&compression-level=10", "ls",
           "ls?arg=" + TREE_CID, "ls?arg=" + TREE_CID + "&resolve-type=false",
           "ls?arg=" + TREE_CID + "&resolve-type=false&size=false", "ls?arg=" + TREE_CID + "/sub",
           "ls?arg=" + TREE_CID + "&stream=true", "ls?arg=" + TREE_CID + "&long=true",
           "ls?arg=" + EMPTY + "&stream=true", "ls?arg=" + GONE, "ls?arg=nonsense",
           "ls?arg=" + TREE_CID + "/none", "ls?arg=" + TREE_CID + "&arg=" + EMPTY,
           "ls?encoding=text&arg=" + TREE_CID, "ls?encoding=text&headers=true&arg=" + TREE_CID),
]
EXEMPT = {}
