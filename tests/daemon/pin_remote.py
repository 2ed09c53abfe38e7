#!/usr/bin/env python3
"""`pin remote` of ours and of a real Kubo, against the same strict pinning service.

    pin_remote.py --program OURS [--kubo KUBO] [--only WORD]

Each runs the same steps with a service of its own: on the command line without a daemon, on the
command line with one, and over RPC. Output, exit codes, what the service was sent and what it keeps
must be the same. Without Kubo ours is still run, and the test ends with 77.
"""
import json
import os
import signal
import subprocess
import sys
import time

from compare import arguments_of
from daemons import Daemon
from pinning_service import KEY, PinningService

HELLO = "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN"
ONE = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
INLINE = "bafkqaaa"

# "<endpoint>", "<key>" and "<port>" are filled in.
WORDS = """
service ls
service add own <endpoint> <key>
service add own <endpoint> <key>
service add wrong <endpoint>//./ no-key
service add nowhere http://127.0.0.1:1 k
service add my.dotted <endpoint>/ <key>
service add bad nonsense k
service add bad ftp://example.com k
service add bad <endpoint>?a=b k
service add bad <endpoint>/pins k
service add bad <endpoint>
service ls
service ls --stat
service ls --stat --enc=json
ls
ls --service=
ls --service=none
ls --service=own
ls --service=wrong
ls --service=nowhere
add --service=own --name=first --background /ipfs/<inline>
add --service=own --background --cid-base=base36 <one>
add --service=own --name=stuck --background <inline>
add --service=own --name=slow <inline>
add --service=own --name=fails <inline>
add --service=own --name=now --enc=json <inline>
add --service=own --name=full <inline>
add --service=own --name=boom <inline>
add --service=own --name=html <inline>
add --service=own --name=empty <inline>
add --service=own --name=moved <inline>
add --service=wrong <inline>
add --service=none <inline>
add <inline>
add --service=own nonsense
add --service=own --name=LONG <inline>
add --service=nowhere <inline>
ls --service=own
ls --service=own --status=queued,pinning,pinned,failed
ls --service=own --status=queued --status=failed --enc=json
ls --service=own --status=nonsense
ls --service=own --cid=<one>,<inline> --status=queued --cid-base=base58btc
ls --service=own --cid=/ipfs/<one> --status=queued
ls --service=own --cid=ipfs://<one>/x
ls --service=own --cid=nonsense
ls --service=own --name=now
ls --service=own --name=LONG
ls --service=my.dotted --name=slow
service ls --stat
rm --service=own --name=none
rm --service=own
rm --service=own --status=nonsense
rm --service=wrong
rm --service=own --cid=<inline> --name=now
rm --service=own --status=queued --force
rm
ls --service=own --status=queued,pinned,failed
service rm wrong
service rm none
service rm my.dotted
service ls
""".strip().split("\n")
# Over RPC alone: what a client may send besides.
RPC = ["pin/remote/service/ls", "pin/remote/ls", "pin/remote/ls?service=own",
       "pin/remote/ls?service=own&encoding=text&status=pinned&status=queued",
       f"pin/remote/add?service=own&arg={INLINE}&name=rpc",
       f"pin/remote/add?service=own&arg={INLINE}&name=boom",
       "pin/remote/ls?service=own&status=pinned", "pin/remote/rm?service=own&name=rpc",
       "pin/remote/rm?service=none", "pin/remote/service/rm?arg=own",
       "pin/remote/service/add?arg=own", "config?arg=Pinning.RemoteServices"]
# Why answers differ and may.
EXEMPT = {
    "without_daemon: service ls (again) (again)": "Kubo forgets no service without a daemon",
    "without_daemon: config": "Kubo forgets no service without a daemon",
}


def filled(word, service):
    for name, value in {"endpoint": service.endpoint, "key": KEY, "inline": INLINE, "one": ONE,
                        "LONG": "n" * 300}.items():
        word = word.replace(f"<{name}>" if name != "LONG" else name, value)
    return word


def shown(text, service):
    return text.replace(f":{service.port}", ":<port>")


def run_words(daemon, service):
    """{step: what it printed}, in order; a step that comes again has its number behind it."""
    results = {}
    for step in WORDS:
        words = ["pin", "remote", *(filled(word, service) for word in step.split())]
        answer = daemon.run(*words, check=False)
        name = step
        while name in results:
            name += " (again)"
        error = answer.stderr.decode().split("\n\nUSAGE")[0]
        results[name] = shown(f"{answer.returncode}\n{answer.stdout.decode()}\n{error}", service)
    return results


def kept(service):
    """What the service was sent and what it has."""
    pins = [{key: pin[key] for key in ("requestid", "pin", "status")}
            for pin in service.pins.values()]
    return {"sent": json.dumps(service.bodies, indent=1), "kept": json.dumps(pins, indent=1),
            "faults": json.dumps(service.faults, indent=1)}


def services_in_config(daemon, service):
    config = json.loads((daemon.repo / "config").read_text())
    return {"config": shown(json.dumps(config["Pinning"], indent=1), service)}


def scrubbed(daemon):
    text = daemon.run("config", "show").stdout.decode()
    shown_services = json.loads(text)["Pinning"]["RemoteServices"]
    return {"config show": f"{shown_services['own']['API'].keys()} {KEY in text}"}


def without_daemon(program):
    with PinningService() as service, Daemon(program) as daemon:
        daemon.run("block", "put", stdin=b"")
        daemon.stop()
        return run_words(daemon, service) | kept(service) | services_in_config(daemon, service) \
            | scrubbed(daemon)


def with_daemon(program):
    with PinningService() as service, Daemon(program) as daemon:
        return run_words(daemon, service) | kept(service)


def over_rpc(program):
    with PinningService() as service, Daemon(program) as daemon:
        daemon.run("pin", "remote", "service", "add", "own", service.endpoint, KEY)
        for number in range(25):
            service.add({"cid": INLINE, "name": f"page {number}"})["status"] = "pinned"
        results = {path: shown(daemon.post(path).text(), service) for path in RPC}
        return results | kept(service)


def interrupted(program):
    """Somebody stops waiting."""
    with PinningService() as service, Daemon(program) as daemon:
        daemon.stop()
        daemon.run("pin", "remote", "service", "add", "own", service.endpoint, KEY)
        waiting = subprocess.Popen(
            [daemon.program, "pin", "remote", "add", "--service=own", "--name=stuck", INLINE],
            env=daemon.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 30
        while time.monotonic() < until and not any(
                pin["looks"] for pin in service.pins.values()):
            time.sleep(0.05)
        time.sleep(0.2)  # Now it waits for the time to look again.
        waiting.send_signal(signal.SIGINT)
        out, error = waiting.communicate(timeout=30)
        return {"interrupted": f"{waiting.returncode}\n{out.decode().rstrip()}\n{error.decode()}"}


PARTS = [without_daemon, with_daemon, over_rpc, interrupted]


def main():
    given = arguments_of(__doc__).parse_args()
    has_kubo = os.path.exists(given.kubo)
    failed = 0
    for part in PARTS:
        ours = part(given.program)
        faults = json.loads(ours.get("faults", "[]"))
        failed += len(faults)
        for fault in faults:
            print(f"-- {part.__name__}: the specification does not allow {fault}")
        expected = part(given.kubo) if has_kubo else ours
        for name in expected:
            where = f"{part.__name__}: {name}"
            if ours[name] == expected[name] or where in EXEMPT or given.only not in name:
                continue
            failed += 1
            print(f"-- {where}\n--- kubo\n{expected[name]}\n--- ours\n{ours[name]}")
        print(f"{part.__name__}: {len(expected)} results")
    if failed:
        return 1
    if not has_kubo:
        print(f"compared with nobody: there is no Kubo at {given.kubo}")
    return 0 if has_kubo else 77


if __name__ == "__main__":
    sys.exit(main())
