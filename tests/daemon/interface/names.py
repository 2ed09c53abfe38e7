"""name/* and what is behind the names."""
from interface.keys import SECRET
from interface.values import EMPTY, GONE, HELLO, PEER, WORDS, one, plain

PUBLISH = "name/publish?allow-offline=true&resolve=false&arg=/ipfs/" + EMPTY
REQUESTS = [
    ("add", one(b"hello\n")), ("key/import?arg=named", one(SECRET)),
    *plain(PUBLISH, PUBLISH + "&key=named", PUBLISH + "&key=none", PUBLISH + "&lifetime=1h&ttl=1m",
           PUBLISH + "&lifetime=nonsense", PUBLISH + "&ttl=nonsense", PUBLISH + "&quieter=true",
           PUBLISH + "&sequence=1", PUBLISH + "&sequence=9", PUBLISH + "&lifetime=-1h",
           PUBLISH + "&ipns-base=b58mh", PUBLISH + "&v1compat=false",
           PUBLISH + "&allow-delegated=true", "name/publish", "name/publish?arg=nonsense",
           "name/publish?arg=/ipfs/" + EMPTY,
           "name/publish?allow-delegated=true&arg=/ipfs/" + EMPTY,
           "name/publish?allow-offline=true&arg=/ipfs/" + GONE,
           "name/publish?allow-offline=true&arg=/ipfs/" + EMPTY + "/none",
           "name/publish?allow-offline=true&arg=/ipfs/" + HELLO,
           "name/resolve", "name/resolve?arg=<peer>", "name/resolve?arg=/ipns/<peer>",
           "name/resolve?arg=<peer>&stream=true", "name/resolve?arg=<peer>&recursive=false",
           "name/resolve?arg=<peer>&nocache=true", "name/resolve?arg=" + PEER,
           "name/resolve?arg=" + PEER + "&stream=true", "name/resolve?arg=nonsense",
           "name/resolve?arg=/ipfs/" + EMPTY, "name/resolve?arg=<peer>&dht-timeout=nonsense",
           "name/resolve?arg=<peer>&dht-record-count=1", "resolve?arg=/ipns/<peer>",
           "cat?arg=/ipns/<peer>", "ls?arg=/ipns/" + PEER, "name/get", "name/get?arg=" + PEER,
           "name/get?arg=nonsense", "name/put", "name/inspect", "name/pubsub/state",
           "name/pubsub/subs", "name/pubsub/cancel?arg=" + PEER, "name/pubsub/cancel"),
    ("name/inspect", one(b"no record"), "inspect"),
    ("name/put?arg=" + PEER, one(b"no record")),
    ("name/put?arg=nonsense", one(b"no record")),
    ("name/put?arg=" + PEER + "&force=true", one(b"no record")),
]
FORCED = "name/put?arg=" + PEER + "&force=true"
EXEMPT = {"inspect": WORDS, "name/put?arg=" + PEER: WORDS, "name/put?arg=nonsense": WORDS,
          "name/get?arg=nonsense": "ours looks at the name before it looks for peers",
          FORCED: "ours says what would help"}
