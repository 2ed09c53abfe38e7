"""routing/* of a node without a network."""
from interface.values import EMPTY, GONE, PEER, one, plain

REQUESTS = [
    *plain("routing/findpeer", "routing/findpeer?arg=" + PEER, "routing/findpeer?arg=nonsense",
           "routing/findprovs", "routing/findprovs?arg=" + EMPTY, "routing/findprovs?arg=nonsense",
           "routing/findprovs?arg=" + EMPTY + "&num-providers=0", "routing/get", "routing/put",
           "routing/get?arg=/ipns/" + PEER, "routing/provide", "routing/provide?arg=" + EMPTY,
           "routing/provide?arg=" + GONE, "routing/provide?arg=nonsense", "routing/reprovide",
           "routing/nonsense", "dht/findpeer?arg=" + PEER, "dht/provide?arg=" + EMPTY),
    ("routing/put?arg=/ipns/" + PEER, one(b"no record")),
]
EXEMPT = {}
