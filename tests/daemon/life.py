#!/usr/bin/env python3
"""The daemon's life: one for a store, ending by signals, telling systemd, its log and its traces.
Where there is a Kubo, what `log` and a second daemon say is compared with it."""
import argparse
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path

from daemons import Daemon, KUBO, PATIENCE_S

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")


def said(daemon, *words):
    done = daemon.run(*words, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


def second_daemon_is_told(program):
    with Daemon(program) as daemon:
        code, text = said(daemon, "daemon", "--offline")
        assert code == 1, text
        last = text.strip().splitlines()[-1]
        assert re.match(r"Error: lock \S+: someone else has the lock", last), text
        assert daemon.post("id").status == 200, "the first one was disturbed"


def log_answers(daemon):
    """What `log` says where the names do not differ, subsystem after subsystem."""
    own = said(daemon, "log", "ls")[1].split()[0]
    words = [("level",), ("level", own), ("level", "nosuch"), ("level", own, "nolevel"),
             ("level", "nosuch", "debug"), ("level", "nosuch"), ("level", own, "DEBUG"),
             ("level", own), ("level",), ("level", "all", "warning"), ("level",), ("level", own),
             ("level", own, "default"), ("level", "*", "error")]
    answers = [(*said(daemon, "log", *each),) for each in words]
    for path in ("log/level", "log/level?arg=all&arg=error", "log/level?arg=nosuch2"):
        answer = daemon.post(path)
        answers.append((answer.status, answer.body.decode()))
    asked = [" ".join(each) for each in words] + ["over RPC"] * 3
    return [(question.replace(own, "OWN"), code, text.replace(own, "OWN"))
            for question, (code, text) in zip(asked, answers)]


def log_is_kubos(program):
    with Daemon(program) as ours:
        mine = log_answers(ours)
        rows = said(ours, "log", "level", "all")[1].splitlines()
        assert rows[0] == "(default): error" and len(rows) > 2, rows
    if not Path(KUBO).exists():
        return "no Kubo: its words about log levels were not compared"
    with Daemon(KUBO) as theirs:
        for own, other in zip(mine, log_answers(theirs)):
            assert own == other, f"\nours:  {own}\nKubo's: {other}"
    return ""


def log_is_written_and_tailed(program):
    with Daemon(program, environment={"GOLOG_LOG_LEVEL": "error,http=debug"}) as daemon:
        request = urllib.request.Request(f"http://127.0.0.1:{daemon.port}/api/v0/log/tail",
                                         method="POST")
        # Its head is answered when nothing escapes it any more.
        tail = urllib.request.urlopen(request, timeout=PATIENCE_S)
        assert daemon.post("id", headers=[TRACEPARENT]).status == 200
        for line in tail:
            event = json.loads(line)
            if event.get("target") == "/api/v0/id":
                break
        assert event["level"] == "debug" and event["logger"] == "http", event
        assert event["trace_id"] == TRACE and event["status"] == "200", event
        # A tail does not hold up the end, and ends with it.
        assert daemon.stop() == 0
        tail.read()
    as_json = {"GOLOG_LOG_LEVEL": "info", "GOLOG_LOG_FMT": "json"}
    with Daemon(program, environment=as_json) as daemon:
        events = [json.loads(line) for line in daemon.lines if line.startswith("{")]
        assert all({"level", "ts", "logger", "caller", "msg"} <= set(each) for each in events)
    with Daemon(program, environment={"GOLOG_LOG_LEVEL": "loud"}) as daemon:
        assert 'error setting log level "loud": unrecognized level: "loud"' in daemon.lines


def tail_shows_each_line_at_once(program):
    """On the command line, too: the last line is there before another comes."""
    with Daemon(program, environment={"GOLOG_LOG_LEVEL": "error,http=debug"}) as daemon:
        tail = subprocess.Popen([program, "log", "tail"], env=daemon.environment,
                                stdout=subprocess.PIPE)
        seen = threading.Event()
        last = threading.Event()

        def read():
            for line in tail.stdout:
                seen.set()
                if json.loads(line).get("target") == "/api/v0/id":
                    last.set()

        threading.Thread(target=read, daemon=True).start()
        while not seen.is_set():  # Until it listens.
            assert daemon.post("diag/cmds").status == 200
        assert daemon.post("id").status == 200
        shown = last.wait(PATIENCE_S / 4)
        assert daemon.stop() == 0
        tail.wait(timeout=PATIENCE_S)
        assert shown, "the last line was held back"


def failed_requests_are_logged_with_their_trace(program):
    with Daemon(program, environment={"GOLOG_LOG_LEVEL": "warn"}) as daemon:
        assert daemon.post("cat?arg=nonsense", headers=[TRACEPARENT]).status == 500
        assert daemon.post("id", headers=[TRACEPARENT]).status == 200
        daemon.process.terminate()
        rest = daemon.process.communicate(timeout=PATIENCE_S)[0]
    lines = [line for line in rest.splitlines() if "\thttp\t" in line]
    assert len(lines) == 1, rest
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tWARN\thttp\t\S+\.cc:\d+\trequest",
                    lines[0]), lines
    assert TRACE in lines[0] and "/api/v0/cat" in lines[0], lines


def spans_are_written(program):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spans.json"
        environment = {"OTEL_TRACES_EXPORTER": "file", "OTEL_EXPORTER_FILE_PATH": str(file)}
        with Daemon(program, environment=environment) as daemon:
            daemon.post("id", headers=[TRACEPARENT])
            daemon.post("id", headers=[("traceparent", "00-bad")])
            daemon.stop()
        spans = [json.loads(line) for line in file.read_text().splitlines()]
        # Written after the answers: two workers may do so in any order.
        spans.sort(key=lambda span: span["SpanContext"]["TraceID"] != TRACE)
        assert len(spans) == 2, spans
        assert spans[0]["SpanContext"]["TraceID"] == TRACE, spans[0]
        assert spans[0]["Parent"]["SpanID"] == "00f067aa0ba902b7", spans[0]
        assert spans[1]["Parent"]["SpanID"] == "0" * 16, spans[1]
        if not Path(KUBO).exists():
            return "no Kubo: the members of its spans were not compared"
        kubos = Path(folder) / "kubo.json"
        with Daemon(KUBO, environment={**environment, "OTEL_EXPORTER_FILE_PATH": str(kubos)}):
            pass
        theirs = json.loads(kubos.read_text().splitlines()[0])
        # The second name of the same thing is deprecated and left out here.
        assert set(theirs) - {"InstrumentationLibrary"} == set(spans[0]), (theirs, spans[0])
    return ""


def systemd_is_told(program):
    with tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(folder + "/notify")
        manager.settimeout(PATIENCE_S)
        with Daemon(program, environment={"NOTIFY_SOCKET": folder + "/notify"}) as daemon:
            assert manager.recv(100) == b"READY=1"
            daemon.process.terminate()
            assert manager.recv(100) == b"STOPPING=1"
            assert daemon.process.wait(timeout=PATIENCE_S) == 0
            assert not (daemon.repo / "api").exists(), "api outlived the daemon"


def second_signal_forces(program):
    with Daemon(program) as daemon, \
            socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE_S) as client:
        # A request whose body never comes holds the daemon for its ten seconds.
        client.sendall(b"POST /api/v0/add HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n"
                       b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
        while b'"Command":"add"' not in daemon.post("diag/cmds").body:
            pass
        daemon.process.send_signal(signal.SIGINT)
        lines = []
        for line in daemon.process.stdout:
            lines.append(line)
            if "force-shutdown" in line:
                break
        assert any("Received interrupt signal, shutting down" in line for line in lines), lines
        watchdog = threading.Timer(8, lambda: os.kill(daemon.process.pid, signal.SIGKILL))
        watchdog.start()
        daemon.process.send_signal(signal.SIGINT)
        rest = daemon.process.stdout.read()
        code = daemon.process.wait(timeout=PATIENCE_S)
        watchdog.cancel()
        # kubo:cmd/ipfs/util/signal.go.
        assert code == 255, f"ended with {code} instead of at once"
        assert rest.endswith("Received another interrupt before graceful shutdown, "
                             "terminating...\n"), rest


def init_takes_profiles(program):
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "IPFS_PATH": folder + "/repo", "HOME": folder}
        done = subprocess.run(
            [program, "daemon", "--init", "--init-profile=test,nosuch"], env=environment,
            capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert done.returncode == 1 and "nosuch" in done.stderr, done
        daemon = subprocess.Popen(
            [program, "daemon", "--init", "--init-profile=test,lowpower"], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        lines = []
        for line in daemon.stdout:
            lines.append(line)
            if line.startswith("Daemon is ready"):
                break
        daemon.terminate()
        assert daemon.wait(timeout=PATIENCE_S) == 0, lines
        assert any(line.startswith("peer identity:") for line in lines), lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = Path(parser.parse_args().program).resolve()
    cases = [second_daemon_is_told, log_is_kubos, log_is_written_and_tailed,
             tail_shows_each_line_at_once,
             failed_requests_are_logged_with_their_trace, spans_are_written, systemd_is_told,
             second_signal_forces, init_takes_profiles]
    for case in cases:
        print(f"{case.__name__}: {case(program) or 'ok'}", flush=True)


if __name__ == "__main__":
    main()
