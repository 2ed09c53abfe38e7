"""dag/*."""
from interface.values import EMPTY, GONE, HELLO, TREE, TREE_CID, WORDS, car, one, plain

NODE = b'{"a":[1,2.5,"<&>",null,true],"l":{"/":"%s"},"b":{"/":{"bytes":"aGk"}}}' % EMPTY.encode()
NODE_CID = "bafyreigmeco3qiymuleyqnotjq3mishzjg3bdtohvjwxciwlbbrvnjfjky"

REQUESTS = [
    ("add", one(b"hello\n")), ("add", TREE),
    ("dag/put", one(NODE)), ("dag/put?store-codec=dag-json", one(NODE)),
    ("dag/put?store-codec=raw", one(NODE)), ("dag/put?store-codec=dag-pb", one(NODE)),
    ("dag/put?input-codec=dag-cbor", one(b"\xa1aa\x01")),
    ("dag/put?input-codec=raw&store-codec=raw",
                                                          one(b"raw")),
    ("dag/put?hash=sha2-512", one(NODE)), ("dag/put?hash=nonsense", one(NODE)),
    ("dag/put?pin=true", one(b'{"pinned":1}')), ("dag/put", one(b"{"), "broken"),
    ("dag/put", one(b""), "empty"), ("dag/put", one(b'{"a":1}{"b":2}'), "two"),
    ("dag/put", one(b'{"/":"nonsense"}'), "no CID"), ("dag/put", {}),
    ("dag/put?store-codec=nonsense", one(NODE)),
    *plain("dag/get?arg=" + NODE_CID, "dag/get?arg=" + NODE_CID + "/a/2",
           "dag/get?arg=" + NODE_CID + "/l", "dag/get?arg=" + NODE_CID + "/none",
           "dag/get?arg=" + NODE_CID + "&output-codec=dag-cbor",
           "dag/get?arg=" + NODE_CID + "&output-codec=nonsense", "dag/get?arg=" + GONE, "dag/get",
           "dag/get?arg=nonsense", "dag/get?arg=" + TREE_CID, "dag/get?arg=" + TREE_CID + "/sub",
           "dag/get?arg=" + TREE_CID + "/sub/Links/0", "dag/resolve?arg=" + NODE_CID + "/l/none",
           "dag/resolve?arg=" + NODE_CID + "/a/0", "dag/resolve?arg=/ipfs/" + TREE_CID + "/sub",
           "dag/resolve?arg=" + GONE + "/x", "dag/resolve", "dag/stat?arg=" + TREE_CID +
           "&progress=false", "dag/stat?arg=" + GONE + "&progress=false", "dag/stat",
           "dag/export?arg=" + TREE_CID, "dag/export?arg=nonsense", "dag/export",
           "dag/export?arg=" + NODE_CID + "/l"),
    ("dag/import", one(car(b"first"))), ("dag/import?stats=true", one(car(b"second", b"third"))),
    ("dag/import?pin-roots=false", one(car(b"fourth"))),
    ("dag/import?silent=true", one(car(b"fifth"))),
    ("dag/import", one(car(b"sixth")[:-1]), "cut"), ("dag/import", {}),
    ("dag/import?local-only=true&pin-roots=true", one(car(b"seventh"))),
    ("dag/import", one(car(b"eighth").replace(b"eighth", b"EIGHTH"))),
    ("dag/stat?arg=" + HELLO + "&arg=" + EMPTY + "&progress=false", {}),
]
EXEMPT = {
    "dag/put?store-codec=raw": WORDS, "dag/put?store-codec=dag-pb": WORDS, "two": WORDS,
    "no CID": WORDS, "empty": WORDS, "cut": "ours says where",
    "broken": "Go takes the end of the body for the end of the answer",
}
