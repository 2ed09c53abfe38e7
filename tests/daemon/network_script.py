"""What the two nodes of network.py are asked, in order, and which answers may differ from Kubo's.

In words, {a} is a peer id, {a_address} the whole address of a node, {a_transport} the address
without the peer id, and what a step keeps is called by its name.
"""
from dataclasses import dataclass, field

NOTHING = "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"
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
    cli("b", "block get --timeout=300ms " + NOTHING),
    cli("b", "cat --offline " + NOTHING),
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

PING = [
    cli("b", "ping -n 1 {a}"),
    cli("b", "swarm connect {a_address}"),
    cli("b", "ping -n 1 {a}"),
    cli("b", "ping -n 1 {a_address}"),
    rpc("b", "ping", "arg={a}", "count=1"),
    cli("b", "ping -n 0 {a}"),
    cli("b", "ping {b}"),
    cli("b", "ping xx"),
    cli("b", "ping /ip4/127.0.0.1/tcp/1"),
    cli("b", f"ping -n 1 {NOBODY}"),
    cli("b", f"ping -n 1 /ip4/127.0.0.1/tcp/1/p2p/{NOBODY}"),
    cli("b", "stats bw -p xx"),
    cli("b", "stats bw -p {a} -t /ipfs/ping/1.0.0"),
    cli("b", "stats bw -i x"),
    cli("b", "stats dht"),
    cli("b", "version check"),
    cli("b", "dht query {a}"),
    cli("b", "routing findprovs " + NOTHING),
    cli("b", "routing findprovs -n 0 " + NOTHING),
    cli("b", "routing findpeer {b}"),
    cli("b", f"routing findpeer {NOBODY}"),
    rpc("b", "routing/findpeer", f"arg={NOBODY}"),
    cli("b", "routing findpeer xx"),
]

# "news" in multibase.
NEWS = "ubmV3cw"
PUBSUB = [
    cli("b", "swarm connect {a_address}"),
    cli("b", "pubsub ls"),
    rpc("b", "pubsub/ls"),
    cli("b", "pubsub peers news"),
    rpc("b", "pubsub/peers", "arg=" + NEWS),
    rpc("b", "pubsub/peers", "arg=news"),
    rpc("b", "pubsub/peers", "arg=mbmV3cw"),
    cli("b", "pubsub pub news", stdin=b"nobody hears this"),
    cli("b", "pubsub reset"),
    cli("b", "pubsub reset -p xx"),
    cli("b", f"pubsub reset -p {NOBODY}"),
]
OFF = [cli("b", "pubsub ls"), cli("b", "pubsub pub news", stdin=b"x"), cli("b", "pubsub sub news"),
       cli("b", "p2p ls"), cli("b", "p2p forward /x/a /ip4/127.0.0.1/tcp/0 /p2p/{a}")]

TUNNELS = [
    cli("b", "p2p ls"),
    rpc("b", "p2p/ls"),
    cli("b", "p2p listen /x/echo /ip4/127.0.0.1/tcp/7777"),
    cli("b", "p2p listen /x/echo /ip4/127.0.0.1/tcp/7777"),
    cli("b", "p2p listen /x/other /ip4/127.0.0.1/tcp/0"),
    cli("b", "p2p listen /x/other /ip4/127.0.0.1"),
    cli("b", "p2p listen other /ip4/127.0.0.1/tcp/7777"),
    cli("b", "p2p listen --allow-custom-protocol /other /ip4/127.0.0.1/tcp/7777"),
    cli("b", "p2p forward other /ip4/127.0.0.1/tcp/0 /p2p/{a}"),
    cli("b", "p2p forward /x/there /ip4/127.0.0.1/tcp/0 /p2p/{a}"),
    cli("b", "p2p forward /x/there xx /p2p/{a}"),
    cli("b", "p2p ls", by_id=True),
    cli("b", "p2p close"),
    cli("b", "p2p close -a -p /x/echo"),
    cli("b", "p2p close -p /x/echo"),
    rpc("b", "p2p/close", "all=true"),
    cli("b", "p2p close -a"),
    cli("b", "p2p stream ls"),
    rpc("b", "p2p/stream/ls"),
    cli("b", "p2p stream close"),
    cli("b", "p2p stream close 7"),
    cli("b", "p2p stream close x"),
    cli("b", "p2p stream close -a"),
]

CHAPTERS = {
    "connected": Chapter(CONNECTED),
    "refused": Chapter(REFUSED),
    "filters": Chapter(FILTERS),
    "blocks": Chapter(BLOCKS),
    "ping": Chapter(PING),
    "pubsub": Chapter(PUBSUB, config=(("Pubsub.Enabled", "true"),)),
    "off": Chapter(OFF),
    "tunnels": Chapter(TUNNELS, config=(("Experimental.Libp2pStreamMounting", "true"),)),
}

MULTIADDR = "Go's words for what is wrong inside a multiaddr are its library's"
DIFFERENT = {
    "b: rpc swarm/connect arg=/ip4/1.2.3.4/tcp/x": MULTIADDR,
    "b: stats bw -p {a} -t /ipfs/ping/1.0.0": "only Kubo's command line names the help text here",
    "b: pubsub reset": "Kubo counts its own messages, whose numbers we do not keep",
}
