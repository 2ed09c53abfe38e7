#!/usr/bin/env python3
"""One suite for an interface: what the RPC answers, noun by noun, from ours and from a real Kubo.

    interface_suite.py --program OURS [--kubo KUBO] [--noun WORD] [--only WORD]

The requests stand in interface/: status, header fields, body and trailer must be equal. What may
differ stands beside them with its reason (EXEMPT), as does what is ours to mend (OPEN). Without
Kubo it says so and ends with 77.
"""
import re
import sys

from compare import arguments_of, compare, is_missing
from interface import (block, bootstrap, config, dag, files, keys, names, node, objects, paths,
                       pins, repo, routing, unixfs)

NOUNS = {"block": block, "dag": dag, "unixfs": unixfs, "pin": pins, "name": names, "key": keys,
         "object": objects, "path": paths, "files": files, "routing": routing, "config": config,
         "bootstrap": bootstrap, "repo": repo, "node": node}
# What names the program or one of its keys.
HIDDEN = [
    (re.compile(rb'"(PublicKey|AgentVersion|Version|Commit|System)":"[^"]*"'), rb'"\1":"..."'),
    (re.compile(rb"\b(k51qzi5uqu5[0-9a-z]{20})[0-9a-z]{31}\b"), b"<key>"),
    (re.compile(rb"\b(k2k4r8|kzwfwjn5ji4pu)[0-9a-z]{40,60}\b"), b"<key>"),
    (re.compile(rb"\bbafzaajaiaejc[0-9a-z]{52}\b"), b"<key>"),
    (re.compile(rb"\b12D3KooW[1-9A-HJ-NP-Za-km-z]{44}\b"), b"<peer>"),
]


def main():
    arguments = arguments_of(__doc__)
    arguments.add_argument("--noun", default="", choices=["", *NOUNS], help="this one alone")
    given = arguments.parse_args()
    if is_missing(given):
        return 77
    failed = 0
    for name, noun in NOUNS.items():
        if given.noun in ("", name):
            print(f"{name}: ", end="", flush=True)
            failed += compare(given, noun.REQUESTS, noun.EXEMPT, HIDDEN, getattr(noun, "OPEN", {}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
