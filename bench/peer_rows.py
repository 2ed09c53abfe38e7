"""The rows of two daemons: what one has, the other fetches over the network on loopback."""
import contextlib
import json
import os
import random
import re
import shutil

from daemon_rows import Daemon
from rig import Sample

TINY_FILES, TINY_FOLDERS = 3000, 30


class Peer(Daemon):
    """A program's daemon among the peers that it is told of, and no others."""

    arguments = ()
    swarm_address = "/ip4/127.0.0.1/tcp/0"

    def configure(self):
        for key, value in (("Addresses.Swarm", [self.swarm_address]), ("Bootstrap", []),
                           ("Routing.Type", "none"), ("Discovery.MDNS.Enabled", False),
                           ("Provide.Enabled", False)):
            self.program.call(self.repo, "config", "--json", key, json.dumps(value))

    @property
    def address(self):
        port = next(found[1] for line in self.lines
                    if (found := re.match(r"Swarm listening on 127\.0\.0\.1:(\d+)", line)))
        peer = self.program.call(self.repo, "config", "Identity.PeerID")
        return f"/ip4/127.0.0.1/tcp/{port}/p2p/{peer}"


def tiny_tree(bench):
    folder = bench.work / "tiny-tree"
    if not folder.exists():
        source = random.Random("tiny-tree")
        for number in range(TINY_FILES):
            below = folder / f"d{number % TINY_FOLDERS:02}"
            below.mkdir(parents=True, exist_ok=True)
            (below / f"f{number:04}").write_bytes(source.randbytes(source.randrange(10, 3000)))
    return folder


@contextlib.contextmanager
def holder(program, path):
    """A daemon that holds `path`; gives it and the CID."""
    with program.fresh() as repo:
        cid = program.call(repo, "add", "-Q", "-r", path)
        kept = repo.path.with_name(f"holder-{path.name}")
        shutil.rmtree(kept, ignore_errors=True)
        repo.path.rename(kept)
        repo.path.mkdir()  # For fresh() to remove.
    repo.path = kept
    program.call(repo, "key", "rotate", "--oldkey=copied")  # Copies of one store would be one peer.
    try:
        with Peer(program, repo) as daemon:
            yield daemon, cid
    finally:
        shutil.rmtree(kept)


def transfer(bench, label, path, verb, goal, pairs=None, limit=None, runs=None):
    """`pairs` gives (who holds, who fetches) for each column; without it a program is both."""
    pairs = pairs or {program.name: (program, program) for program in bench.programs}
    with contextlib.ExitStack() as stack:
        holders = {program.name: stack.enter_context(holder(program, path))
                   for program in {pair[0].name: pair[0] for pair in pairs.values()}.values()}

        def measure(column):
            source, fetcher = pairs[column.name]
            daemon, cid = holders[source.name]
            with fetcher.fresh() as repo, Peer(fetcher, repo) as peer:
                fetcher.call(repo, "swarm", "connect", daemon.address)
                sample = bench.timed(["curl", "-sSf", "-X", "POST", "-o", os.devnull, "-w",
                                      "%{size_download}", f"{peer.api}/{verb}?arg={cid}"])
                return Sample(sample.value, sample.proof, None, peer.memory_mib("VmHWM"))

        bench.compare(label, measure, (goal, None), limit=limit, runs=runs)


def half(bench):
    return bench.input("half", bench.size // 2)


def fetch_big(bench):
    transfer(bench, "bitswap: half of the big file from one daemon to the other", half(bench),
             "cat", 4, limit=bench.add_limit(half(bench)))


def fetch_tiny(bench):
    transfer(bench, "bitswap: get of 3,000 tiny files", tiny_tree(bench), "get", 20, runs=1)


def mixed(bench, label, pair_of):
    if len(bench.programs) < 2:
        return
    kubo, own = bench.programs
    transfer(bench, label, half(bench), "cat", 1,
             pairs={kubo.name: (kubo, kubo), own.name: pair_of(kubo, own)})


def fetch_from_kubo(bench):
    mixed(bench, "bitswap: half of the big file, ours from Kubo (Kubo from Kubo)",
          lambda kubo, own: (kubo, own))


def serve_kubo(bench):
    mixed(bench, "bitswap: half of the big file, Kubo from ours (Kubo from Kubo)",
          lambda kubo, own: (own, kubo))


ROWS = {"bitswap-big": fetch_big, "bitswap-tiny": fetch_tiny,
        "bitswap-from-kubo": fetch_from_kubo, "bitswap-to-kubo": serve_kubo}
