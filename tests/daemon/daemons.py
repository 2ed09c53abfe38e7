"""Daemons for tests: ours and a real Kubo, each offline, on ports of loopback that the system
chose, with a repository of its own that is gone at the end."""
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

KUBO = os.environ.get("KIT_KUBO") or os.path.expanduser("~/.cache/ipfs-kit-peers/bin/ipfs")
PATIENCE_S = 60
# Repositories lie in memory where there is room for them: a slow disk is none of these tests'
# matter, and kill -9 takes nothing from either.
MEMORY = "/dev/shm"
MEMORY_BYTES_MIN = 4 << 30


def fast_folder(bytes_needed=0):
    """Where temporary folders are made; None is the system's own choice."""
    try:
        wanted = MEMORY_BYTES_MIN + 2 * bytes_needed
        return MEMORY if shutil.disk_usage(MEMORY).free >= wanted else None
    except OSError:
        return None


class Daemon:
    """`with Daemon(program) as daemon:`; the repository is made with the profile `test`."""

    offline = ("--offline",)  # Empty for one that may mount.
    settings = (("Addresses.Swarm", "[]"),)

    def __init__(self, program, config=(), arguments=(), environment=None, bytes_needed=0):
        self.program, self.config, self.arguments = str(program), config, arguments
        self.folder = Path(tempfile.mkdtemp(prefix="kit-daemon-",
                                            dir=fast_folder(bytes_needed)))
        self.repo = self.folder / "repo"
        self.environment = {**os.environ, "IPFS_PATH": str(self.repo), "HOME": str(self.folder),
                            "IPFS_TELEMETRY": "off", **(environment or {})}
        self.process, self.lines = None, []

    def run(self, *words, stdin=None, check=True):
        answer = subprocess.run([self.program, *map(str, words)], env=self.environment,
                                input=stdin, capture_output=True, timeout=PATIENCE_S)
        if check and answer.returncode != 0:
            raise AssertionError(f"{words}: {answer.stderr.decode()}")
        return answer

    def __enter__(self):
        self.run("init", "--profile=test", "--empty-repo")
        for key, value in (*self.settings, *self.config):
            self.run("config", "--json", key, value)
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "daemon", *self.offline, *self.arguments], env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Daemon is ready"):
                break
        else:
            raise AssertionError("the daemon ended:\n" + "\n".join(self.lines))
        self.port = int((self.repo / "api").read_text().rsplit("/", 1)[1])

    def stop(self, kill=False):
        if self.process and self.process.poll() is None:
            self.process.kill() if kill else self.process.terminate()
            self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode if self.process else None

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def exchange(self, request):
        """Sends raw bytes, ends the sending, and reads the answer: Answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as client:
            client.sendall(request)
            return Answer(client, "HEAD" if request.startswith(b"HEAD") else "POST")

    def post(self, path, body=b"", headers=(), method="POST", root="/api/v0/"):
        lines = [f"{method} {root}{path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}".replace("<port>", str(self.port)) for name, value in headers]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        return self.exchange("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


class OnlineDaemon(Daemon):
    """One that listens on loopback alone and finds nobody by itself."""

    offline = ()
    settings = (("Addresses.Swarm", '["/ip4/127.0.0.1/tcp/0"]'), ("Routing", '{"Type":"none"}'),
                ("Discovery.MDNS.Enabled", "false"), ("Swarm.DisableNatPortMap", "true"))

    def start(self):
        super().start()
        self.peer_id = self.run("config", "Identity.PeerID").stdout.decode().strip()
        told = self.run("id", "-f", "<addrs>").stdout.decode().split("\n")
        self.address = next(text for text in told if "/tcp/" in text)

    def connect(self, other):
        self.run("swarm", "connect", other.address)


class Answer:
    """Status, header fields without those that name a moment, body, trailers."""

    def __init__(self, client, method):
        response = http.client.HTTPResponse(client, method=method)
        response.begin()
        self.status = response.status
        self.fields = sorted((name, value) for name, value in response.getheaders()
                             if name not in ("Date",))
        self.trailer = ""
        if response.chunked and method != "HEAD":
            self.body, self.trailer = read_chunks(response.fp)
        else:
            self.body = response.read()

    def text(self):
        fields = "\n".join(f"{name}: {value}" for name, value in self.fields)
        body = self.body if len(self.body) < 4000 else self.body[:4000] + b"..."
        return (f"{self.status}\n{fields}\n\n{body.decode('utf-8', 'backslashreplace')}"
                f"\n{self.trailer}")


def read_chunks(stream):
    body = bytearray()  # Large answers come in thousands of pieces.
    while True:
        line = stream.readline()
        if not line:
            return bytes(body), "(broken off)"
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        body += stream.read(size)
        stream.readline()
    trailers = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        trailers.append(line.decode().rstrip())
    return bytes(body), "\n".join(trailers)


def multipart(*parts, boundary="kit-boundary"):
    """Parts are (name, filename, content type, bytes); the content type of the whole is below."""
    body = b""
    for name, filename, kind, content in parts:
        shown = f'; filename="{filename}"' if filename is not None else ""
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n'
                 f"Content-Type: {kind}\r\n\r\n").encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


MULTIPART = ("Content-Type", "multipart/form-data; boundary=kit-boundary")
FILE, FOLDER, LINK = "application/octet-stream", "application/x-directory", "application/symlink"
