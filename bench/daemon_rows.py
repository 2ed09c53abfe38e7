"""The rows of a running daemon: what it takes to start, to be fed and to be asked over HTTP.

Rates are measured by wrk over 16 connections and stand in the table as the time of one request.
"""
import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from rig import HERE, Sample

SECONDS = 3  # of one run of wrk
POST = 'wrk.method = "POST"\n'
# Each request adds a file of its own: its number stands in the content.
ADD = """
local number, filling = 0, string.rep("x", 10230)
request = function()
  number = number + 1
  local body = '--b\\r\\nContent-Disposition: form-data; name="file"; filename="f"\\r\\n' ..
    'Content-Type: application/octet-stream\\r\\n\\r\\n' .. string.format("%010d", number) ..
    filling .. '\\r\\n--b--\\r\\n'
  return wrk.format("POST", nil, {["Content-Type"] = "multipart/form-data; boundary=b"}, body)
end
"""


class Daemon:
    """A program's daemon on a store, offline, on ports that the system chose."""

    arguments = ("--offline",)

    def __init__(self, program, repo, wait=True):
        self.program, self.repo, self.wait = program, repo, wait

    def __enter__(self):
        for key in ("API", "Gateway"):
            self.program.call(self.repo, "config", f"Addresses.{key}", "/ip4/127.0.0.1/tcp/0")
        self.configure()
        self.began = time.perf_counter()
        self.process = subprocess.Popen(self.program.argv("daemon", *self.arguments),
                                        env=self.program.environment(self.repo),
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            if "RPC API server listening on" in line:
                self.api = f"http://127.0.0.1:{line.strip().rsplit('/', 1)[1]}/api/v0"
                if not self.wait:
                    break
            if found := re.search(r"Gateway server listening on .*/tcp/(\d+)", line):
                self.gateway = f"http://127.0.0.1:{found[1]}"
            if line.startswith("Daemon is ready"):
                break
        else:
            raise RuntimeError("the daemon ended: " + "".join(self.lines)[-120:])
        return self

    def configure(self):
        self.program.call(self.repo, "config", "--json", "Addresses.Swarm", "[]")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def memory_mib(self, key):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{key}:\s+(\d+)", status)[1]) / 1024


def tools_missing():
    return [tool for tool in ("wrk", "curl") if shutil.which(tool) is None]


def request_time(bench, url, script=None):
    """Seconds of one request, over all connections."""
    argv = ["wrk", "-t1", "-c16", f"-d{SECONDS}s"]
    if script:
        (bench.work / "wrk.lua").write_text(script)
        argv += ["-s", str(bench.work / "wrk.lua")]
    text = subprocess.run([*argv, url], check=True, capture_output=True, text=True).stdout
    if bad := [line.strip() for line in text.splitlines()
               if "Non-2xx" in line or "Socket errors" in line]:
        raise RuntimeError("; ".join(bad))
    return 1 / float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


@contextlib.contextmanager
def limit_server(bench, path):
    """The URL of a server that does nothing but send the file."""
    tool = bench.work / "http_limit"
    if not tool.exists():
        subprocess.run(["g++", "-O2", "-std=c++20", "-pthread", "-o", tool, HERE / "http_limit.cc"],
                       check=True)
    with subprocess.Popen([tool, path], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/"
        finally:
            server.kill()


def start(bench):
    def measure(program):
        repo = program.repo("empty")
        with Daemon(program, repo, wait=False) as daemon:
            host, port = daemon.api.split("/")[2].split(":")
            while True:
                with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(
                        http.client.HTTPConnection(host, int(port))) as connection:
                    connection.request("POST", "/api/v0/id")
                    if connection.getresponse().status == 200:
                        break
            return Sample(time.perf_counter() - daemon.began, "", None,
                          daemon.memory_mib("VmRSS"))

    bench.compare("daemon: from exec to the first RPC answer (memory: idle)", measure, (2, None))


def add_big(bench):
    def measure(program):
        with program.fresh() as repo, Daemon(program, repo) as daemon:
            added = bench.timed(["curl", "-sSf", "-F", f"file=@{bench.big}",
                                 daemon.api + "/add?quieter=true"])
            return Sample(added.value, json.loads(added.proof.splitlines()[-1])["Hash"], None,
                          daemon.memory_mib("VmHWM"))

    bench.compare("RPC add of a big file (memory: peak)", measure, (3, 1.3),
                  limit=bench.add_limit(bench.big))


def add_small(bench):
    def measure(program):
        with program.fresh() as repo, Daemon(program, repo) as daemon:
            return Sample(request_time(bench, daemon.api + "/add", ADD), "", None,
                          daemon.memory_mib("VmHWM"))

    bench.compare("RPC add of 10 KiB, 16 connections", measure, (8, None))


def ask(bench, label, goals, url_of, page="page", script=None):
    """Requests for one file; url_of(daemon, cid). The answer is compared before the clock runs."""
    with contextlib.ExitStack() as stack:
        limit = stack.enter_context(limit_server(bench, getattr(bench, page)))
        daemons = {p.name: stack.enter_context(Daemon(p, p.repo("base"))) for p in bench.programs}

        def url(program):
            return url_of(daemons[program.name], program.repo("base").cids[page])

        method = ["-X", "POST"] if script else []
        bench.compare(label, lambda p: Sample(request_time(bench, url(p), script), "", None,
                                              daemons[p.name].memory_mib("VmHWM")), goals,
                      limit=lambda: request_time(bench, limit, script),
                      proof=lambda p: hash(bench.timed(["curl", "-sSf", *method, url(p)]).proof))


def cat_small(bench):
    ask(bench, "RPC cat of 10 KiB, 16 connections", (6, 1.7),
        lambda daemon, cid: f"{daemon.api}/cat?arg={cid}", script=POST)


def gateway_small(bench):
    ask(bench, "gateway: a file of 10 KiB, 16 connections", (8, 1.7),
        lambda daemon, cid: f"{daemon.gateway}/ipfs/{cid}")


def gateway_raw(bench):
    ask(bench, "gateway: ?format=raw of 10 KiB, 16 connections", (6, 1.7),
        lambda daemon, cid: f"{daemon.gateway}/ipfs/{cid}?format=raw")


def gateway_big(bench):
    options = ["-sSf", "-o", os.devnull, "-w", "%{size_download}"]
    with contextlib.ExitStack() as stack:
        limit = stack.enter_context(limit_server(bench, bench.big))
        daemons = {p.name: stack.enter_context(Daemon(p, p.repo("base"))) for p in bench.programs}

        def measure(program):
            daemon = daemons[program.name]
            url = f"{daemon.gateway}/ipfs/{program.repo('base').cids['big']}"
            sample = bench.timed(["curl", *options, url])
            return Sample(sample.value, sample.proof, None, daemon.memory_mib("VmHWM"))

        bench.compare("gateway: a big file", measure, (2, 1.2),
                      limit=lambda: bench.timed(["curl", *options, limit]).value)


ROWS = {"daemon-start": start, "rpc-add-big": add_big, "rpc-add-small": add_small,
        "rpc-cat": cat_small, "gateway-small": gateway_small, "gateway-raw": gateway_raw,
        "gateway-big": gateway_big}
