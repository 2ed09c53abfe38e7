#!/usr/bin/env python3
"""Socket activation as systemd does it: the sockets are open before the daemon is there, are served
by it, and outlive it. And the units that are shipped are units."""
import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from daemons import Answer, Daemon, PATIENCE_S

UNITS = Path(__file__).resolve().parents[2] / "packaging/systemd"
NAMES = "io.ipfs.api:io.ipfs.gateway"
# What systemd does between fork and exec: descriptors from 3 on, and whom they are for.
LAUNCH = """
import os, sys
pid, names, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
given = [os.dup(int(text)) for text in sys.argv[4:4 + count]]
given = [os.dup2(os.dup(each), 100 + i) for i, each in enumerate(given)]
for i, each in enumerate(given):
    os.dup2(each, 3 + i)
os.closerange(3 + count, 256)
os.environ.update(LISTEN_PID=pid or str(os.getpid()), LISTEN_FDS=str(count), LISTEN_FDNAMES=names)
os.execv(sys.argv[4 + count], sys.argv[4 + count:])
"""


class Activated(Daemon):
    def __init__(self, program, sockets, names=NAMES, pid="", **rest):
        super().__init__(program, **rest)
        self.sockets, self.names, self.pid = sockets, names, pid

    def command(self):
        numbers = [str(each.fileno()) for each in self.sockets]
        return [sys.executable, "-c", LAUNCH, self.pid, self.names, str(len(numbers)), *numbers,
                self.program, "daemon", "--offline"]

    def start(self):
        self.lines = []
        self.process = subprocess.Popen(
            self.command(), env=self.environment, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, pass_fds=[each.fileno() for each in self.sockets])
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Daemon is ready"):
                return
        raise AssertionError("the daemon ended:\n" + "\n".join(self.lines))


def listener():
    return socket.create_server(("127.0.0.1", 0), backlog=16)


def port(of):
    return of.getsockname()[1]


def get(at, path, method="GET"):
    with socket.create_connection(("127.0.0.1", at), timeout=PATIENCE_S) as client:
        client.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{at}\r\n"
                       "Content-Length: 0\r\n\r\n".encode())
        return Answer(client, method)


def expect(condition, daemon, what):
    assert condition, f"{what}\n" + "\n".join(daemon.lines)


def sockets_are_served_and_outlive_the_daemon(program):
    with listener() as api, listener() as gateway, Activated(program, [api, gateway]) as daemon:
        expect((daemon.repo / "api").read_text() == f"/ip4/127.0.0.1/tcp/{port(api)}", daemon,
               "api names another address")
        expect((daemon.repo / "gateway").read_text() == f"http://127.0.0.1:{port(gateway)}", daemon,
               "gateway names another address")
        # Those of the config are listened to as well, after them: as Kubo does.
        rpc = [line for line in daemon.lines if line.startswith("RPC API server listening on")]
        expect(len(rpc) == 2 and rpc[0].endswith(f"/{port(api)}"), daemon, "not two addresses")
        expect(get(port(api), "/api/v0/id", "POST").status == 200, daemon, "the RPC is silent")
        expect(get(port(gateway), "/ipfs/bafkqaaa").status == 200, daemon, "the gateway is silent")
        expect(daemon.stop() == 0, daemon, "it did not end in order")
        # Nobody serves, and nobody is refused: who comes now waits for the next daemon.
        with socket.create_connection(("127.0.0.1", port(api)), timeout=PATIENCE_S) as waiting:
            waiting.sendall(b"POST /api/v0/version HTTP/1.1\r\nHost: localhost\r\n"
                            b"Content-Length: 0\r\n\r\n")
            daemon.start()
            expect(Answer(waiting, "POST").status == 200, daemon, "who waited was not served")


def an_address_stands_only_once(program):
    with listener() as api:
        config = [("Addresses.API", f'"/ip4/127.0.0.1/tcp/{port(api)}"')]
        with Activated(program, [api], "io.ipfs.api", config=config) as daemon:
            rpc = [line for line in daemon.lines if line.startswith("RPC API server")]
            expect(len(rpc) == 1, daemon, "one address was listened to twice")
            expect(get(port(api), "/api/v0/id", "POST").status == 200, daemon, "no answer")


def sockets_of_another_process_are_left_alone(program):
    with listener() as api, Activated(program, [api], "io.ipfs.api", pid="1") as daemon:
        expect(f"/{port(api)}" not in "\n".join(daemon.lines), daemon, "a foreign socket was taken")


def a_socket_that_does_not_listen_is_named(program):
    with socket.socket() as silent:
        daemon = Activated(program, [silent], "io.ipfs.api")
        try:
            with daemon:
                raise RuntimeError("the daemon started on a socket that does not listen")
        except AssertionError as error:
            assert "does not listen" in str(error), error
        finally:
            daemon.stop()
            shutil.rmtree(daemon.folder, ignore_errors=True)


def units_are_units(program):
    """Returns why it could not be told, if so."""
    verify = shutil.which("systemd-analyze")
    if not verify:
        return "systemd-analyze is not installed: the units were not verified"
    with tempfile.TemporaryDirectory() as name:
        for unit in UNITS.iterdir():
            text = unit.read_text().replace("/usr/local/bin/ipfs-kit", str(program))
            (Path(name) / unit.name).write_text(text)
        units = sorted(str(Path(name) / each.name) for each in UNITS.iterdir()
                       if each.suffix in (".service", ".socket"))
        assert len(units) == 3, units
        done = subprocess.run([verify, "verify", "--man=no", *units], capture_output=True,
                              text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 0 and name not in done.stderr, done.stderr
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = Path(parser.parse_args().program).resolve()
    sockets_are_served_and_outlive_the_daemon(program)
    an_address_stands_only_once(program)
    sockets_of_another_process_are_left_alone(program)
    a_socket_that_does_not_listen_is_named(program)
    print(units_are_units(program) or "the units are verified")
    print("activation: 5 cases")


if __name__ == "__main__":
    main()
