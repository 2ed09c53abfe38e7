#!/usr/bin/env python3
"""What nodes tell each other: three of ours on loopback, in a row, so that the first and the last
hear of each other through the second alone.

    announce.py --program OURS [--only WORD]
"""
import argparse
import json
import random
import subprocess
import sys
import time

from checks import CHECKS, check, must
from daemons import OnlineDaemon

PATIENCE_S = 30
ABSENT = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
ON = [("Kit.Announcements", '{"Enabled":true}')]
AUTOMATIC = [("Kit.Announcements", '{"Enabled":true,"Automatic":true}')]


def until(what, ask):
    """Asks until the answer is true: gossip spreads at its own pace."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {PATIENCE_S} s: {what}")


def records(node, *words):
    answer = node.run(*words, "--enc=json")
    return [json.loads(line) for line in answer.stdout.decode().splitlines()]


def add(node, seed, size=1 << 20):
    body = random.Random(seed).randbytes(size)
    return node.run("add", "-Q", "--cid-version=1", stdin=body).stdout.decode().strip(), body


def announced(node, hearers, cid, *words):
    """Announces until every hearer has heard: a mesh that was just made may still have holes."""
    def tell():
        node.run("content", "announce", cid, *words)
        time.sleep(0.3)
        return all(any(each["Cid"]["/"] == cid for each in records(hearer, "content", "heard"))
                   for hearer in hearers)
    until(f"{cid} is heard", tell)


@check
def what_one_announces_all_hear(a, b, c):
    cid, _ = add(a, "announced", 5000)
    announced(a, [b, c], cid, "--name", "cat.jpg", "--type", "image/jpeg", "--tag", "pets",
              "--tag", "cats")
    for node in (b, c):
        heard = records(node, "content", "heard", "--tag", "cats", "--since", "1h")
        must(len(heard) == 1, f"one is heard: {heard}")
        told = heard[0]
        must(told["From"] == a.peer_id and told["Name"] == "cat.jpg", f"who and what: {told}")
        must(told["Tags"] == ["cats", "pets"] and told["Type"] == "image/jpeg", f"words: {told}")
        must(told["Size"] >= 5000, f"its size: {told}")
        must(records(node, "content", "heard", "--tag", "dogs") == [], "the tag is asked for")
    line = c.run("content", "heard", "--name", "cat").stdout.decode()
    must(f'{cid} "cat.jpg" image/jpeg' in line and "#cats #pets" in line, f"as text: {line}")


@check
def what_is_wanted_comes_from_who_has_it(a, b, c):
    cid, body = add(c, "wanted", 3 << 20)
    answer = a.run("content", "request", cid, "--deadline", "60s")
    told = answer.stdout.decode()
    must(f"received {cid}" in told, f"it says so: {told}")
    must(a.run("cat", "--offline", cid).stdout == body, "the content is whole")
    must(c.peer_id in told, f"the holder was asked: {told}")
    peers = records(a, "content", "peers", cid)
    known = [peer for peer in peers if peer["Peer"] == c.peer_id]
    must(known and known[0]["ReceivedBytes"] >= 3 << 20, f"what came is remembered: {peers}")
    must(set(known[0]["Parts"]) == {"Load", "Latency", "Speed", "Distance"}, f"explained: {peers}")
    again = a.run("content", "request", cid, "--deadline", "1s").stdout.decode()
    must("asking" not in again, f"what is here needs nobody: {again}")


@check
def what_nobody_has_is_said_in_time(a, b, c):
    start = time.monotonic()
    answer = a.run("content", "request", ABSENT, "--deadline", "3s", check=False)
    took_s = time.monotonic() - start
    must(answer.returncode == 1, f"exit code {answer.returncode}")
    must(f"nobody offered {ABSENT} in time" in answer.stderr.decode(), answer.stderr.decode())
    must(2.5 < took_s < 10, f"the deadline is kept: {took_s} s")


@check
def what_is_larger_than_was_asked_for_is_not_taken(a, b, c):
    cid, _ = add(c, "large", 2 << 20)
    answer = a.run("content", "request", cid, "--deadline", "3s", "--max-size", "1MB", check=False)
    must(answer.returncode == 1, f"exit code {answer.returncode}: {answer.stdout.decode()}")


@check
def what_is_added_is_announced_by_itself(a, b, c):
    def tell():
        tell.count += 1
        cid, _ = add(c, f"automatic {tell.count}", 100)
        time.sleep(0.3)
        return any(each["Cid"]["/"] == cid for each in records(a, "content", "heard"))
    tell.count = 0
    until("what was added is heard", tell)


@check
def who_watches_is_told(a, b, c):
    watch = subprocess.Popen([b.program, "content", "watch"], env=b.environment,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        cid, _ = add(a, "watched", 100)
        time.sleep(0.5)
        a.run("content", "announce", cid, "--name", "watched")
        a.run("content", "request", ABSENT, "--deadline", "1s", check=False)
        lines = [watch.stdout.readline(), watch.stdout.readline()]
        must(lines[0].startswith(f'content {cid} "watched"'), f"content: {lines}")
        must(lines[1].startswith(f"want {ABSENT} asked for by {a.peer_id}"), f"a want: {lines}")
    finally:
        watch.terminate()
        watch.communicate(timeout=PATIENCE_S)


@check
def what_makes_no_sense_is_refused_with_a_sentence(a, b, c):
    cases = [(("content", "announce", ABSENT), "is not here"),
             (("content", "announce", add(a, "x", 10)[0], "--name", "two\nlines"),
              '"name" has a character that cannot be printed'),
             (("content", "request", ABSENT, "--deadline", "soon"), "invalid duration"),
             (("content", "request", ABSENT, "--deadline", "0s"), "more than nothing")]
    for words, sentence in cases:
        answer = a.run(*words, check=False)
        must(answer.returncode == 1, f"{words} exits with {answer.returncode}")
        must(sentence in answer.stderr.decode(), f"{words}: {answer.stderr.decode()}")


@check
def without_announcements_it_is_said_how_to_turn_them_on(a, b, c):
    with OnlineDaemon(a.program) as plain:
        answer = plain.run("content", "heard", check=False)
        must(answer.returncode == 1 and "Kit.Announcements.Enabled" in answer.stderr.decode(),
             answer.stderr.decode())
        plain.stop()
        answer = plain.run("content", "heard", check=False)
        must(answer.returncode == 1 and "online mode" in answer.stderr.decode(),
             answer.stderr.decode())


def main():
    arguments = argparse.ArgumentParser(description=__doc__,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--only", default="", help="checks with this word alone")
    given = arguments.parse_args()
    failed = done = 0
    with OnlineDaemon(given.program, ON) as a, OnlineDaemon(given.program, ON) as b, \
            OnlineDaemon(given.program, AUTOMATIC) as c:
        a.connect(b)
        b.connect(c)
        for function in CHECKS:
            if given.only not in function.__name__:
                continue
            done += 1
            try:
                function(a, b, c)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAILED {function.__name__}: {error}")
    print(f"{done - failed} of {done} checks hold")
    return 1 if failed or not done else 0


if __name__ == "__main__":
    sys.exit(main())
