"""pin/*."""
from interface.values import EMPTY, GONE, HELLO, TREE, TREE_CID, one, plain

SUB = TREE_CID + "/sub"
REQUESTS = [
    ("add?pin=false", one(b"hello\n")), ("add?pin=false", TREE),
    *plain("pin/add", "pin/add?arg=" + HELLO, "pin/add?arg=" + HELLO, "pin/ls?arg=" + HELLO,
           "pin/ls?arg=" + HELLO + "&type=direct", "pin/ls?arg=" + HELLO + "&type=indirect",
           "pin/add?arg=" + SUB + "&recursive=false", "pin/ls?type=direct",
           "pin/add?arg=" + TREE_CID + "&name=the%20tree", "pin/ls?arg=" + TREE_CID + "&names=true",
           "pin/ls?type=recursive&names=true&name=tree", "pin/ls?type=recursive&name=none",
           "pin/ls?type=recursive&quiet=true&stream=true&name=tree", "pin/ls?arg=" + SUB,
           "pin/rm?arg=" + SUB, "pin/rm?arg=" + SUB, "pin/ls?arg=" + SUB, "pin/rm?arg=" + SUB,
           "pin/add?arg=" + TREE_CID + "&recursive=false", "pin/add?arg=nonsense",
           "pin/add?arg=" + EMPTY + "&name=" + "n" * 256, "pin/add?arg=/ipfs/" + TREE_CID + "/none",
           "pin/update?arg=" + TREE_CID + "&arg=" + HELLO, "pin/update?arg=" + TREE_CID,
           "pin/update?arg=" + HELLO + "&arg=" + EMPTY + "&unpin=false", "pin/update",
           "pin/rm?arg=" + HELLO + "&recursive=false", "pin/rm", "pin/rm?arg=nonsense",
           "pin/rm?arg=" + HELLO + "&arg=" + EMPTY, "pin/verify", "pin/verify?verbose=true",
           "pin/ls?type=", "pin/ls?arg=nonsense", "pin/ls?type=all&arg=" + EMPTY,
           "pin/remote/ls", "pin/remote/ls?service=none", "pin/remote/service/ls"),
]
EXEMPT = {}
