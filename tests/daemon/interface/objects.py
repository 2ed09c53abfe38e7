"""object/*: what is left of it, and what is gone."""
from interface.values import EMPTY, GONE, HELLO, TREE, TREE_CID, one, plain

REQUESTS = [
    ("add", one(b"hello\n")), ("add", TREE),
    *plain("object/diff?arg=" + EMPTY + "&arg=" + TREE_CID, "object/diff?arg=" + TREE_CID,
           "object/diff?arg=" + TREE_CID + "&arg=" + EMPTY + "&verbose=true",
           "object/diff?arg=nonsense&arg=" + EMPTY, "object/get?arg=" + EMPTY,
           "object/links?arg=" + EMPTY, "object/stat?arg=" + EMPTY, "object/put", "object",
           "object/patch/append-data?arg=" + EMPTY, "object/patch/nonsense",
           "object/patch/add-link?arg=" + TREE_CID + "&arg=new&arg=" + HELLO,
           "object/patch/add-link?arg=" + TREE_CID + "&arg=sub/new&arg=" + HELLO,
           "object/patch/add-link?arg=" + TREE_CID + "&arg=a.txt/new&arg=" + HELLO,
           "object/patch/add-link?arg=" + TREE_CID + "&arg=no/new&arg=" + HELLO,
           "object/patch/add-link?arg=" + TREE_CID + "&arg=no/new&arg=" + HELLO + "&create=true",
           "object/patch/add-link?arg=" + TREE_CID + "&arg=new",
           "object/patch/add-link?arg=" + TREE_CID + "&arg=new&arg=" + GONE,
           "object/patch/rm-link?arg=" + TREE_CID + "&arg=sub/b",
           "object/patch/rm-link?arg=" + TREE_CID + "&arg=sub",
           "object/patch/rm-link?arg=" + TREE_CID + "&arg=sub/none",
           "object/patch/rm-link?arg=" + GONE + "&arg=a"),
]
EXEMPT = {"object": "a group is no command: Kubo answers 200 with nothing"}
