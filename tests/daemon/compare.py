"""Requests that go to a real Kubo and to ours, whose answers must be equal byte for byte but for
what names the program itself or a moment."""
import argparse
import difflib
import json
import os
import re

from daemons import KUBO, Daemon

# What may differ in every answer.
HIDDEN = [
    # Numbers and moments of requests.
    (re.compile(rb'"(StartTime|EndTime)":"20[^"]*"'), rb'"\1":"..."'),
    (re.compile(rb'"ID":[0-9]+'), b'"ID":0'),
    # The prose that encoding/json of Go writes for its own types.
    (re.compile(rb'"Golang":"[^"]*"'), b'"Golang":"..."'),
]
CONFIG = [("API.HTTPHeaders", '{"X-Own": ["1"]}')]


class Names:
    """The ids of a node, written the same for every node; "<peer>" in a path is its own id."""

    def __init__(self, daemon):
        self.port = str(daemon.port)
        self.peer = json.loads(daemon.post("id").body)["ID"]
        listed = json.loads(daemon.post("key/list").body)["Keys"]
        self.key = next(each["Id"] for each in listed if each["Name"] == "self")

    def fill(self, path):
        return path.replace("<peer>", self.peer)

    def hide(self, text):
        for value, name in ((self.peer, "<peer>"), (self.key, "<key>"), (self.port, "<port>")):
            text = text.replace(value, name)
        return text


def answer_of(daemon, names, path, keywords, hidden):
    answer = daemon.post(names.fill(path), **keywords)
    for pattern, replacement in HIDDEN + list(hidden):
        answer.body = pattern.sub(replacement, answer.body)
    if keywords.get("body"):
        # Kubo closes when it answers before it has met the body's end: a race.
        answer.fields = [each for each in answer.fields if each[0] != "Connection"]
    return names.hide(answer.text())


def arguments_of(text):
    arguments = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--kubo", default=KUBO)
    arguments.add_argument("--only", default="", help="requests with this word alone")
    return arguments


def compare(given, requests, exempt=(), hidden=(), may_be_open=None):
    """The number of requests whose answers differ and may not. `requests` are (path, keywords of
    Daemon.post) or (path, keywords, name); `exempt` and `may_be_open` say of names why answers
    differ, the latter with what is to be mended. Without a name the path is it."""
    failed = done = open_count = 0
    with Daemon(given.kubo, CONFIG) as kubo, Daemon(given.program, CONFIG) as ours:
        both = [(daemon, Names(daemon)) for daemon in (kubo, ours)]
        for path, keywords, *name in requests:
            name = name[0] if name else path
            answers = [answer_of(*each, path, keywords, hidden) for each in both]
            if given.only not in path and given.only not in name:
                continue
            done += 1
            if answers[0] == answers[1] or name in exempt:
                continue
            if may_be_open and name in may_be_open:
                open_count += 1
                print(f"open: {name}: {may_be_open[name]}")
                continue
            failed += 1
            print(f"-- {keywords.get('method', 'POST')} {name} "
                  f"{keywords.get('headers', '')}".rstrip())
            for line in difflib.unified_diff(answers[0].splitlines(), answers[1].splitlines(),
                                             "kubo", "ours", lineterm="", n=1):
                print("   " + line[:300])
    print(f"{done - failed - open_count} of {done} requests have the same answer"
          + (f", {open_count} are open" if open_count else ""))
    return failed


def is_missing(given):
    """Whether there is no Kubo, which is said."""
    if os.path.exists(given.kubo):
        return False
    print(f"skipped: there is no Kubo at {given.kubo} (tests/peers builds it)")
    return True
