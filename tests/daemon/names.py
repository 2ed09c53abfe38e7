#!/usr/bin/env python3
"""Keys and records that go from a real Kubo to ours and back, without a network.

    names.py --program OURS [--kubo KUBO]

A key that one exports the other imports, in both formats, and both keystores are the same files. A
record that one publishes the other takes by `name put` and `routing put`, and resolves. Kubo tells
nobody its records without a network but by its gateway, which is asked for them. Without Kubo it
says so and ends with 77, which the test runner shows as skipped.
"""
import argparse
import os
import re
import sys
import urllib.request

from daemons import KUBO, Daemon

CONTENT = "/ipfs/bafkqaaa"
KINDS = ["ed25519", "secp256k1", "rsa"]


class Repository(Daemon):
    """The program on its own repository, without a daemon."""

    def __enter__(self):
        self.run("init", "--profile=test", "--empty-repo")
        return self


class Check:
    """Counts what did not come out as it should."""

    def __init__(self):
        self.failed = 0

    def equal(self, what, found, wanted):
        if found == wanted:
            return
        self.failed += 1
        print(f"-- {what}\n   found  {found!r}\n   wanted {wanted!r}")


def say(daemon, *words, stdin=None):
    return daemon.run(*words, stdin=stdin).stdout.decode().strip()


def ids(daemon):
    lines = say(daemon, "key", "ls", "-l").splitlines()
    return {line.split()[1]: line.split()[0] for line in lines}


def record_from_gateway(daemon, name):
    lines = " ".join(daemon.lines)
    port = re.search(r"Gateway server listening on /ip4/127.0.0.1/tcp/(\d+)", lines).group(1)
    url = f"http://127.0.0.1:{port}/ipns/{name}?format=ipns-record"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def exchange_keys(check, giver, taker, kind):
    """The key of that kind that `giver` made, in `taker` under the same name."""
    plain, pem = giver.folder / f"{kind}.key", giver.folder / f"{kind}.pem"
    giver.run("key", "export", "-o", plain, kind)
    giver.run("key", "export", "-f", "pem-pkcs8-cleartext", "-o", pem, kind)
    name = ids(giver)[kind]
    check.equal(f"{kind} imported", say(taker, "key", "import", kind, plain), name)
    check.equal(f"{kind} imported from PEM",
                say(taker, "key", "import", "-f", "pem-pkcs8-cleartext", kind + "-pem", pem), name)
    again = taker.folder / f"{kind}.again"
    taker.run("key", "export", "-f", "pem-pkcs8-cleartext", "-o", again, kind)
    check.equal(f"{kind} exported again as PEM", again.read_bytes(), pem.read_bytes())
    files = [{path.name: (path.read_bytes(), path.stat().st_mode) for path in
              (daemon.repo / "keystore").iterdir()} for daemon in (giver, taker)]
    both = sorted(files[0].keys() & files[1].keys())
    check.equal("the keystores share the keys exchanged", len(both) >= 1, True)
    for file in both:
        check.equal(f"the file {file} in the keystore", files[1][file], files[0][file])
    return name


def exchange_signatures(check, kubo, ours, kind):
    text = kubo.folder / "text"
    text.write_bytes(b"a statement")
    for signer, verifier in ((kubo, ours), (ours, kubo)):
        signature = re.search('"Signature":"([^"]*)"', say(signer, "key", "sign", "-k", kind, text))
        verdict = say(verifier, "key", "verify", "-k", kind, "-s", signature.group(1), text)
        check.equal(f"signature by {kind}", '"SignatureValid":true' in verdict, True)


def exchange_records(check, kubo, ours, kind, name):
    """Kubo's first, then ours with a higher sequence, then Kubo's again; both forms."""
    # Kubo counts its own records alone, so it is told where to go on.
    for sequence, form, value in ((10, "true", CONTENT), (20, "false", CONTENT + "/a")):
        options = ["--allow-offline", "--resolve=false", "--v1compat=" + form, "--key=" + kind]
        kubo.run("name", "publish", *options, f"--sequence={sequence}", value)
        record = record_from_gateway(kubo, name)
        check.equal("put by ours", say(ours, "name", "put", "--allow-offline", name,
                                       stdin=record), name)
        check.equal("resolved by ours", say(ours, "name", "resolve", name), value)
        check.equal("got from ours", ours.run("name", "get", name).stdout, record)
        for encoding in ("text", "json"):
            looks = [daemon.run("name", "inspect", "--enc=" + encoding, "--verify=" + name,
                                stdin=record).stdout for daemon in (kubo, ours)]
            check.equal("inspected by ours", looks[1], looks[0])
        value += "/b"
        ours.run("name", "publish", *options, value)
        record = ours.run("routing", "get", "/ipns/" + name).stdout
        kubo.run("routing", "put", "--allow-offline", "/ipns/" + name, stdin=record)
        check.equal("resolved by Kubo", say(kubo, "name", "resolve", name), value)
        check.equal("held by Kubo", record_from_gateway(kubo, name), record)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--kubo", default=KUBO)
    given = arguments.parse_args()
    if not os.path.exists(given.kubo):
        print(f"skipped: there is no Kubo at {given.kubo} (tests/peers builds it)")
        return 77
    check = Check()
    with Daemon(given.kubo) as kubo, Repository(given.program) as ours:
        for kind in KINDS:
            giver, taker = (ours, kubo) if kind == "secp256k1" else (kubo, ours)
            giver.run("key", "gen", "--type=" + kind, kind)
            name = exchange_keys(check, giver, taker, kind)
            exchange_signatures(check, kubo, ours, kind)
            exchange_records(check, kubo, ours, kind, name)
    print("records and keys go both ways" if not check.failed else f"{check.failed} differ")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
