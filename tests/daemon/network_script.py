"""What the two nodes of network.py are asked, in order, and which answers may differ from Kubo's.

In words, {a} is a peer id, {a_address} the whole address of a node, {a_transport} the address
without the peer id, and what a step keeps is called by its name.
"""
from dataclasses import dataclass, field

NOBODY = "12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X"


@dataclass
class Step:
    node: str
    words: list
    rpc: bool = False
    stdin: bytes = None
    keep: str = ""
    by_id: bool = False  # Its lines are sorted by ids, which every pair has others of.
    keywords: dict = field(default_factory=dict)

    def __str__(self):
        return f"{self.node}: {'rpc ' if self.rpc else ''}{' '.join(self.words)}"


@dataclass
class Chapter:
    steps: list
    config: tuple = ()
    arguments: tuple = ()


def cli(node, text, **more):
    return Step(node, text.split(), **more)


def rpc(node, path, *query, **more):
    return Step(node, [path, *query], rpc=True, **more)


CONNECTED = [
    cli("b", "swarm peers"),
    rpc("b", "swarm/peers"),
    cli("b", "swarm connect {a_address}"),
    cli("b", "swarm connect {a_address} {a_address}"),
    rpc("b", "swarm/connect", "arg={a_address}"),
    cli("b", "swarm peers"),
    rpc("b", "swarm/peers"),
    cli("b", "swarm peers --direction"),
    cli("a", "swarm peers --direction"),
    rpc("a", "swarm/peers", "direction=true"),
    rpc("b", "swarm/peers", "identify=true"),
    cli("b", "swarm peers --offline"),
    cli("b", "swarm addrs", by_id=True),
    rpc("b", "swarm/addrs", by_id=True),
    cli("b", "swarm addrs listen"),
    rpc("b", "swarm/addrs/listen"),
    cli("b", "swarm addrs local"),
    cli("b", "swarm addrs local --id"),
    rpc("b", "swarm/addrs/local"),
    cli("b", "swarm addrs autonat"),
    rpc("b", "swarm/addrs/autonat"),
    cli("a", "id -f <id>;<addrs>;<aver>"),
    cli("a", "id {b}"),
    cli("b", "id {a}"),
    rpc("b", "id", "arg={a}"),
    rpc("b", "id"),
    cli("b", "id --peerid-base=base36 {a}"),
    cli("b", f"id --offline {NOBODY}"),
    cli("b", "id xx"),
    cli("b", "swarm disconnect /ip4/127.0.0.1/tcp/1/p2p/{a}"),
    cli("b", "swarm disconnect {a_address}"),
    cli("b", "swarm peers"),
    cli("b", "swarm disconnect /p2p/{a}"),
    cli("b", f"swarm disconnect /p2p/{NOBODY}"),
    rpc("b", "swarm/disconnect", f"arg=/p2p/{NOBODY}"),
    cli("b", "swarm connect /p2p/{a}"),
    cli("b", "swarm disconnect /p2p/{a}"),
]

REFUSED = [
    cli("b", "swarm connect {b_address}"),
    cli("b", f"swarm connect /ip4/127.0.0.1/tcp/1/p2p/{NOBODY}"),
    cli("b", f"swarm connect --offline /ip4/127.0.0.1/tcp/1/p2p/{NOBODY}"),
    cli("b", "swarm connect /ip4/127.0.0.1/tcp/1"),
    cli("b", "swarm connect nothing"),
    rpc("b", "swarm/connect", "arg=/ip4/1.2.3.4/tcp/x"),
    rpc("b", "swarm/connect"),
    cli("b", "swarm disconnect /ip4/127.0.0.1/tcp/1"),
    cli("b", "swarm filters add nothing"),
    cli("b", "swarm filters add /ip4/1.2.3.4/ipcidr/99"),
    cli("b", "swarm filters rm nothing"),
    cli("b", "bitswap ledger xx"),
    cli("b", "bitswap wantlist -p xx"),
    cli("b", "block get --timeout=300ms bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"),
    cli("b", "cat --offline bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"),
]

FILTERS = [
    cli("b", "swarm filters"),
    rpc("b", "swarm/filters"),
    cli("b", "swarm filters add /ip4/10.1.2.3/ipcidr/8 /ip6/2001:db8::/ipcidr/32"),
    rpc("b", "swarm/filters/add", "arg=/ip4/10.0.0.0/ipcidr/8"),
    cli("b", "swarm filters"),
    cli("b", "config Swarm.AddrFilters"),
    cli("b", "swarm filters rm /ip4/10.1.2.3/ipcidr/8 /ip4/99.0.0.0/ipcidr/8"),
    rpc("b", "swarm/filters"),
    cli("b", "config Swarm.AddrFilters"),
    cli("b", "swarm filters rm all"),
    rpc("b", "swarm/filters/rm", "arg=all"),
    cli("b", "swarm filters"),
]

BLOCKS = [
    cli("b", "bitswap stat"),
    rpc("b", "bitswap/stat"),
    cli("b", "bitswap wantlist"),
    rpc("b", "bitswap/wantlist"),
    cli("b", f"bitswap ledger {NOBODY}"),
    rpc("b", "bitswap/ledger", f"arg={NOBODY}"),
    cli("b", "swarm connect {a_address}"),
    cli("a", "block put", stdin=b"seven times seven\n", keep="block"),
    cli("b", "block get {block}"),
    cli("b", "bitswap stat -v"),
    rpc("b", "stats/bitswap"),
    cli("b", "bitswap stat --human"),
    cli("b", "bitswap ledger {a}"),
    rpc("b", "bitswap/ledger", "arg={a}"),
    cli("a", "bitswap ledger {b}"),
    cli("a", "bitswap stat"),
    cli("a", "add -Q", stdin=b"more of it " * 100_000, keep="file"),
    cli("b", "pin add {file}"),
    cli("b", "refs -r {file}"),
    cli("b", "bitswap wantlist -p {a}"),
    cli("b", "bitswap wantlist"),
]

CHAPTERS = {
    "connected": Chapter(CONNECTED),
    "refused": Chapter(REFUSED),
    "filters": Chapter(FILTERS),
    "blocks": Chapter(BLOCKS),
}

DIFFERENT = {
}
