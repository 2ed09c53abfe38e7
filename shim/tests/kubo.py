"""A real Kubo and a host of the shim meet on loopback, both ways and by both transports: each sees
the other's agent, and Kubo's ping comes back. Ends with 77, and says so, where there is no Kubo."""
import argparse
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "daemon"))
from daemons import KUBO, Daemon  # noqa: E402

AGENT = "kubo/0.43.1/ipfs-kit-test"
ONLINE = [("Addresses.Swarm", '["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"]'),
          ("Routing.Type", '"none"'), ("Bootstrap", "[]"), ("Discovery.MDNS.Enabled", "false"),
          ("AutoTLS.Enabled", "false"), ("Swarm.Transports.Network.Relay", "false"),
          ("Swarm.RelayClient.Enabled", "false"), ("Swarm.RelayService.Enabled", "false")]


class Kubo(Daemon):
    """Online, and alone: it knows nobody and looks for nobody."""

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "daemon"], env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Daemon is ready"):
                return
        raise AssertionError("Kubo ended:\n" + "\n".join(self.lines))


class Host:
    """A host of the shim, in a process of its own."""

    def __init__(self, client):
        self.process = subprocess.Popen([client, "serve"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def wait_for(self, word):
        for line in self.process.stdout:
            if line.startswith(word + " "):
                return line[len(word) + 1:].strip()
        raise AssertionError(f"the host ended before it said {word}")

    def dial(self, address):
        self.process.stdin.write(f"dial {address}\n")
        self.process.stdin.flush()
        return int(self.wait_for("dialled"))

    def end(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0, "the host did not end well"


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def kubo_meets_us(kubo, client, transport):
    host = Host(client)
    addresses = [host.wait_for("listening"), host.wait_for("listening")]
    address = next(one for one in addresses if transport in one)
    peer = address.rsplit("/", 1)[1]
    kubo.run("swarm", "connect", address)
    agent = host.wait_for("identified")
    expect(agent.startswith("kubo/0.43.1"), f"Kubo's agent as we see it: {agent}")
    shown = kubo.run("id", "-f", "<aver> <pver>", peer).stdout.decode()
    expect(shown.startswith(AGENT), f"our agent as Kubo sees it: {shown}")
    pinged = kubo.run("ping", "-n", "3", peer).stdout.decode()
    expect(pinged.count("Pong received") == 3, f"ping: {pinged}")
    peers = kubo.run("swarm", "peers", "-v").stdout.decode()
    expect(peer in peers, f"swarm peers: {peers}")
    host.end()


def we_meet_kubo(kubo, client, transport):
    host = Host(client)
    host.wait_for("listening")
    listening = kubo.run("swarm", "addrs", "listen").stdout.decode().split()
    peer = kubo.run("id", "-f", "<id>").stdout.decode().strip()
    address = next(one for one in listening if transport in one)
    expect(host.dial(f"{address}/p2p/{peer}") == 0, f"dialling {address}")
    host.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--client", required=True)
    client = parser.parse_args().client
    if not os.access(KUBO, os.X_OK):
        print(f"no Kubo at {KUBO}: nothing is compared")
        return 77
    with Kubo(KUBO, ONLINE) as kubo:
        for transport in ("/tcp/", "/quic-v1"):
            kubo_meets_us(kubo, client, transport)
            we_meet_kubo(kubo, client, transport)
            print(f"{transport}: both ways")
    return 0


if __name__ == "__main__":
    sys.exit(main())
