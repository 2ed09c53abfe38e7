"""id, version and what every request may ask for."""
from interface.values import PEER, plain

REQUESTS = plain(
    "id", "id?arg=<peer>", "id?arg=" + PEER, "id?arg=nonsense", "id?format=<id>",
    "id?peerid-base=b58mh",
    "id?peerid-base=base36", "id?peerid-base=nonsense", "id?encoding=text&format=<pver>",
    "version?number=true&encoding=text",
    "version?repo=true&encoding=text", "version", "version?unknown=1", "version?encoding=xml",
    "version/nonsense", "commands?flags=true&encoding=json&arg=x", "diag/nonsense", 
    "log/level?arg=all&arg=nonsense")
EXEMPT = {"version?encoding=xml": "no client asks for XML",
          "commands?flags=true&encoding=json&arg=x": "ours has commands of its own"}
