"""bootstrap/*."""
from interface.values import PEER, plain

ONE = "/ip4/127.0.0.1/tcp/4001/p2p/" + PEER
TWO = "/dns4/example.com/tcp/4001/p2p/" + PEER
REQUESTS = plain(
    "bootstrap/list", "bootstrap/add?arg=" + ONE, "bootstrap/add?arg=" + ONE, "bootstrap/list",
    "bootstrap/add?arg=" + TWO + "&arg=" + ONE, "bootstrap/list?encoding=text",
    "bootstrap/add?arg=" + TWO + "&arg=nonsense", "bootstrap/rm?arg=" + ONE, "bootstrap/list",
    "bootstrap/rm?arg=" + ONE, "bootstrap/rm?all=true", "bootstrap/list", "bootstrap/add/default",
    "bootstrap/list", "bootstrap/rm/all", "bootstrap/nonsense")
EXEMPT = {}
