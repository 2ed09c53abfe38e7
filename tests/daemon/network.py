#!/usr/bin/env python3
"""Two nodes on loopback, and what the commands of the network say of them: the same script is run
with every pair of ours and a real Kubo, and each pair must say what two Kubos say.

    network.py --program OURS [--kubo KUBO] [--pair NAME] [--only WORD] [--show]

What may differ stands in network_script.py with its reason. Without Kubo it says so and ends
with 77.
"""
import argparse
import difflib
import os
import re
import sys

from daemons import KUBO, OnlineDaemon
from network_script import CHAPTERS, DIFFERENT

# Moments, what the system chose, and what a program says of itself.
HIDDEN = [
    (re.compile(r"/tcp/[0-9]+"), "/tcp/<port>"),
    (re.compile(r"/udp/[0-9]+"), "/udp/<port>"),
    (re.compile(r"\b[0-9.]+(ns|µs|ms|s)\b"), "<time>"),
    (re.compile(r"\b[0-9.]+ ms\b"), "<time>"),
    (re.compile(r'"Time":[1-9][0-9]*'), '"Time":<time>'),
    (re.compile(r'"AgentVersion": ?"kubo/0.43.1[^"]*"'), '"AgentVersion":"<agent>"'),
    (re.compile(r'"PublicKey": ?"[^"]+"'), '"PublicKey":"<key>"'),
    (re.compile(r"\bk51qzi5uqu5[0-9a-z]{51}\b"), "<id in base36>"),
    (re.compile(r"^  \* \[([^]]*)\] .*$", re.MULTILINE), r"  * [\1] <why>"),
    (re.compile(r"kubo/0\.43\.1[^\s\"]*"), "<agent>"),
]
# Each program speaks more than these; they are what blocks need.
SPOKEN = re.compile(r"^/ipfs/(bitswap.*|id/.*|ping/.*)$")


class Pair:
    """Two nodes, whose names are written the same whoever they are."""

    def __init__(self, a, b):
        self.nodes = {"a": a, "b": b}
        self.names = {}
        for name, node in self.nodes.items():
            self.names[node.peer_id] = f"<{name}>"
            self.names[str(node.repo)] = f"<repo {name}>"
            self.names[str(node.port)] = f"<rpc port {name}>"
        self.words = {name: node.peer_id for name, node in self.nodes.items()}
        self.words.update({f"{name}_address": node.address for name, node in self.nodes.items()})
        self.words.update({f"{name}_transport": node.address.split("/p2p/")[0]
                           for name, node in self.nodes.items()})

    def hide(self, text):
        for value, name in self.names.items():
            text = text.replace(value, name)
        for pattern, replacement in HIDDEN:
            text = pattern.sub(replacement, text)
        return hide_protocols(text)

    def run(self, step):
        """What one step says, as text."""
        node = self.nodes[step.node]
        words = [word.format(**self.words) for word in step.words]
        if step.rpc:
            query = "&".join(words[1:])
            answer = node.post(words[0] + ("?" + query if query else ""), **step.keywords)
            return in_order(step, self.hide(answer.text()))
        answer = node.run(*words, stdin=step.stdin, check=False)
        if step.keep:
            self.words[step.keep] = answer.stdout.decode().strip()
        return in_order(step, self.hide(f"{answer.returncode}\n{answer.stdout.decode()}"
                                        f"{answer.stderr.decode()}"))


def in_order(step, text):
    """What is sorted by ids stands in the order of their names."""
    if not step.by_id:
        return text
    lines = [str(sorted(re.findall(r'"<[ab]>":\[[^\]]*\]', line))) if line.startswith("{") else line
             for line in re.sub(r"\n\t", " ", text).split("\n")]
    return "\n".join(sorted(lines))


def hide_protocols(text):
    """Lists of protocols, in JSON or one a line, without those that are not everybody's."""
    def common(found):
        names = re.findall(r'"(/[^"]*)"', found.group(2))
        return found.group(1) + str([name for name in names if SPOKEN.match(name)])
    text = re.sub(r'("Protocols": ?)\[([^\]]*)\]', common, text)
    lines = [line for line in text.split("\n")
             if not re.match(r"^\s*/(ipfs|libp2p|meshsub|floodsub|x)/[^\s]*$", line)
             or SPOKEN.match(line.strip())]
    return "\n".join(lines)


def transcript(programs, chapter, only):
    """(step, answer) for each step of a chapter."""
    config = chapter.config
    with OnlineDaemon(programs[0], config, chapter.arguments) as a, \
            OnlineDaemon(programs[1], config, chapter.arguments) as b:
        pair = Pair(a, b)
        return [(step, pair.run(step)) for step in chapter.steps]


def compare(name, pair_name, expected, got):
    """The number of steps that differ and may not."""
    failed = 0
    for (step, wanted), (_, answer) in zip(expected, got):
        if wanted == answer or f"{pair_name} {step}" in DIFFERENT or str(step) in DIFFERENT:
            continue
        failed += 1
        print(f"-- {name}, {pair_name}: {step}")
        for line in difflib.unified_diff(wanted.splitlines(), answer.splitlines(), "kubo kubo",
                                         pair_name, lineterm="", n=1):
            print("   " + line[:300])
    return failed


def main():
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--kubo", default=KUBO)
    arguments.add_argument("--pair", default="", help='this one alone, as "ours kubo"')
    arguments.add_argument("--only", default="", help="chapters with this word alone")
    arguments.add_argument("--show", action="store_true", help="write what two Kubos say")
    given = arguments.parse_args()
    if not os.path.exists(given.kubo):
        print(f"skipped: there is no Kubo at {given.kubo} (tests/peers builds it)")
        return 77
    programs = {"ours": given.program, "kubo": given.kubo}
    failed = done = 0
    for name, chapter in CHAPTERS.items():
        if given.only not in name:
            continue
        expected = transcript((given.kubo, given.kubo), chapter, given.only)
        if given.show:
            for step, answer in expected:
                print(f"== {step}\n{answer}")
        for pair_name in ("ours ours", "ours kubo", "kubo ours"):
            if given.pair not in ("", pair_name):
                continue
            pair = [programs[word] for word in pair_name.split()]
            failed += compare(name, pair_name, expected, transcript(pair, chapter, given.only))
            done += len(expected)
    print(f"{done - failed} of {done} answers are those of two Kubos")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
