"""resolve, refs and the forms that a path may have."""
from interface.values import EMPTY, GONE, HELLO, TREE, TREE_CID, WORDS, one, plain

REQUESTS = [
    ("add", one(b"hello\n")), ("add", TREE),
    *plain("resolve", "resolve?arg=" + TREE_CID, "resolve?arg=/ipfs/" + TREE_CID + "/sub",
           "resolve?arg=/ipfs/" + TREE_CID + "/sub/", "resolve?arg=/ipfs/" + TREE_CID + "//sub",
           "resolve?arg=/ipfs/" + TREE_CID + "/none", "resolve?arg=/ipfs/" + GONE + "/x",
           "resolve?arg=/ipfs/" + TREE_CID + "/a.txt/x", "resolve?arg=ipfs://" + TREE_CID + "/sub",
           "resolve?arg=/ipld/" + TREE_CID, "resolve?arg=/nonsense/x", "resolve?arg=/ipfs/nonsense",
           "resolve?arg=/ipfs", "resolve?arg=/", "resolve?arg=/ipfs/" + TREE_CID + "/sub/../a.txt",
           "resolve?arg=/ipfs/" + TREE_CID + "&cid-base=base36", "resolve?arg=/ipns/nonsense",
           "resolve?arg=/ipfs/" + TREE_CID + "&recursive=false",
           "resolve?arg=/ipfs/" + TREE_CID + "/link", "resolve?arg=/ipfs/" + TREE_CID + "/sub%2Fb",
           "refs?arg=" + TREE_CID, "refs?arg=" + TREE_CID + "&recursive=true",
           "refs?arg=" + TREE_CID + "&recursive=true&unique=true",
           "refs?arg=" + TREE_CID + "&recursive=true&max-depth=1",
           "refs?arg=" + TREE_CID + "&edges=true", "refs?arg=" + TREE_CID + "&format=<linkname>",
           "refs?arg=" + TREE_CID + "&edges=true&format=<src>", "refs?arg=" + TREE_CID + "/sub",
           "refs?arg=" + TREE_CID + "/none", "refs?arg=nonsense", "refs",
           "refs?arg=" + EMPTY + "&arg=" + TREE_CID, "refs?encoding=text&arg=" + TREE_CID,
           "cid/base32?arg=" + HELLO, "cid/hashes", "cid/codecs?supported=true", "cid/bases",
           "cid/format?arg=nonsense", "cid/format?arg=" + HELLO + "&v=1&b=base58btc",
           "dns?arg=nothing.invalid", "dns"),
]
EXEMPT = {"resolve?arg=/ipfs/" + TREE_CID + "/a.txt/x": WORDS,
          "cid/hashes": "the order of a Go map", "cid/bases": "the order of a Go map",
          "cid/format?arg=nonsense": WORDS}
