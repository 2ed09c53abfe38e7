#!/usr/bin/env python3
"""A DHT of our nodes and Kubos on loopback: what one announces the others find, and names that one
publishes the others resolve.

    dht.py --program OURS

Without Kubo it is ours alone, says so, and ends with 77.
"""
import argparse
import os
import sys
import time

from checks import CHECKS, check, must
from daemons import KUBO, OnlineDaemon

PATIENCE_S = 60


class DhtNode(OnlineDaemon):
    """A server of the DHT that is brought in by `way_in`."""

    settings = (("Addresses.Swarm", '["/ip4/127.0.0.1/tcp/0"]'),
                ("Routing", '{"Type": "dhtserver", "LoopbackAddressesOnLanDHT": true}'),
                ("Discovery.MDNS.Enabled", "false"), ("Swarm.DisableNatPortMap", "true"))

    def __init__(self, program, way_in=None):
        config = (("Bootstrap", f'["{way_in}"]'),) if way_in else ()
        super().__init__(program, config=config)

    def add(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return self.run("add", "-Q", "--cid-version=1", path).stdout.decode().strip()


def until(what, said):
    """Asks again until it is so: how soon a table is filled is nobody's promise."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.1)
    raise AssertionError(said)


def is_met(node):
    return len(node.run("swarm", "peers", check=False).stdout.splitlines()) >= 2


@check
def providers_are_found(nodes):
    for index, holder in enumerate(nodes):
        cid = holder.add(f"f{index}", f"what {index} has, {holder.peer_id}")
        until(lambda: holder.run("routing", "provide", cid, check=False).returncode == 0,
              f"{index} cannot announce")
        for number, node in enumerate(nodes):
            if node is not holder:
                until(lambda: holder.peer_id in node.run(
                    "routing", "findprovs", "--timeout=10s", cid, check=False).stdout.decode(),
                      f"{number} does not find what {index} announced")


@check
def content_is_found_and_fetched(nodes):
    cid = nodes[0].add("fetched", "fetched by the DHT " * 1000)
    nodes[0].run("routing", "provide", cid)
    nodes[-1].run("swarm", "disconnect", nodes[0].address, check=False)
    got = nodes[-1].run("cat", "--timeout=50s", cid).stdout.decode()
    must(got == "fetched by the DHT " * 1000, "it is something else")


@check
def names_are_resolved(nodes):
    for index, publisher in enumerate(nodes):
        path = f"/ipfs/{publisher.add(f'n{index}', f'named by {index}')}"
        until(lambda: publisher.run("name", "publish", path, check=False).returncode == 0,
              f"{index} cannot publish")
        for number, node in enumerate(nodes):
            until(lambda: path in node.run("name", "resolve", publisher.peer_id,
                                           check=False).stdout.decode(),
                  f"{number} does not resolve what {index} published")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    with_kubo = os.access(KUBO, os.X_OK)
    programs = [options.program, KUBO if with_kubo else options.program] * 2
    nodes, failed = [], 0
    try:
        for program in programs:
            node = DhtNode(program, nodes[0].address if nodes else None)
            nodes.append(node)
            node.__enter__()
        for node in nodes:
            until(lambda: is_met(node), f"{node.peer_id} meets nobody")
        for function in CHECKS:
            try:
                function(nodes)
                print(f"ok   {function.__name__}", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"FAIL {function.__name__}: {error}", flush=True)
    finally:
        for node in nodes:
            node.__exit__(None, None, None)
    if not with_kubo:
        print(f"Kubo was left out: there is none at {KUBO}")
    return 1 if failed else 0 if with_kubo else 77


if __name__ == "__main__":
    sys.exit(main())
