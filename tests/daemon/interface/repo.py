"""repo/* and stats/*."""
from interface.values import one, plain

REQUESTS = [
    ("add?pin=false", one(b"to be collected")),
    *plain("repo/version", "repo/version?quiet=true", "repo/version?encoding=text", "repo/verify",
           "repo/verify?encoding=text", "repo/ls", "repo/gc?stream-errors=true",
           "repo/gc?quiet=true",
           "repo/gc?silent=true", "repo/nonsense", "stats/bw",
           "stats/bw?poll=true&interval=nonsense",
           "stats/bw?peer=nonsense", "stats/bw?proto=x&peer=y", "stats/bitswap", "stats/nonsense",
           "stats/provide", "filestore/ls", "filestore/verify", "filestore/dups"),
]
BEGIN = "Kubo's store has one block more from the start"
EXEMPT = {"repo/gc?stream-errors=true": "the order of a walk over the store",
          "repo/ls": "the order of a walk over the store",
          "repo/verify": BEGIN, "repo/verify?encoding=text": BEGIN}
