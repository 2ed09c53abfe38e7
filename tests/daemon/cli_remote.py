#!/usr/bin/env python3
"""Command lines and daemons in every pairing: ours drives ours and Kubo's, Kubo's drives ours.

    cli_remote.py --program OURS [--kubo KUBO] [--only WORD] [--verbose]

Each pairing runs the same lines of bash in a folder of its own, where `ipfs` is the client with
--api of a fresh daemon. What is printed, and the exit codes, must be what Kubo's command line
prints with Kubo's daemon. Without Kubo it says so and ends with 77.
"""
import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from daemons import KUBO, PATIENCE_S, Daemon

# What the steps work on. Times are fixed, since some of them travel.
PREPARE = r"""
mkdir -p tree/sub/deep tree/empty tree/.hidden
printf 'one\n' >tree/a.txt; printf 'two' >'tree/sub/b c'; head -c 700000 /dev/zero >tree/sub/big
: >tree/sub/deep/none; printf x >tree/.hidden/x; printf 'q"<&>\n' >"tree/sub/"$'q"\xc3\xa9'
printf 'tmp' >tree/x.tmp; ln -s a.txt tree/link; ln -s /etc/passwd tree/sub/far
chmod 640 tree/a.txt; chmod 750 tree/sub; printf '*.tmp\n' >rules
find tree -exec touch -h -d @1700000000 {} +; touch -d @1700000000.25 tree/a.txt
printf 'hello\n' >hello.txt
hello=QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN
gone=QmQPeNsJPyVWPFDVHb77w8G42Fvo15z4bG2X8D2GhfbSXc
"""

# One a line; a backslash at its end continues it.
STEPS = r"""
ipfs add hello.txt
ipfs add -q hello.txt
ipfs add -Q -r tree
ipfs add -r tree
ipfs add -r -H tree
ipfs add -r --ignore='*.tmp' --ignore=deep tree
ipfs add -r --ignore-rules-path=rules tree
ipfs add -r -w tree hello.txt
ipfs add -w hello.txt
ipfs add -n -r --cid-version=1 --chunker=size-1000 tree | tail -n 1
ipfs add -r --preserve-mode --preserve-mtime tree
ipfs add -r --mode=0600 --mtime=5 tree
ipfs add -r --dereference-symlinks --ignore=far tree
ipfs add --dereference-args tree/link
ipfs add tree/link
ipfs add -r --empty-dirs=false tree
ipfs add tree/a.txt hello.txt
printf stdin | ipfs add
printf stdin | ipfs add --stdin-name=n -w
printf '' | ipfs add -q
ipfs add -r --cid-base=base32 tree
ipfs add --silent hello.txt
ipfs add --raw-leaves -q hello.txt
ipfs add --pin=false -q tree/x.tmp
ipfs add --pin-name=named -q hello.txt
ipfs add --inline --inline-limit=200 hello.txt
ipfs add tree
ipfs add nowhere
ipfs add --chunker=nonsense hello.txt
ipfs add --nocopy hello.txt
tree=$(ipfs add -Q -r tree); echo $tree
ipfs cat $hello
ipfs cat -o 1 -l 3 $hello
ipfs cat $tree/a.txt $tree/sub/big | md5sum
echo $hello | ipfs cat
ipfs cat $tree
ipfs cat $gone --offline
ipfs cat nonsense
ipfs ls $tree
ipfs ls -v $tree $tree/sub
ipfs ls -s $tree $tree/empty $tree/sub
ipfs ls --size=false $tree
ipfs ls --enc=json $tree
ipfs ls $hello
ipfs refs -r $tree
ipfs refs -r -u --format='<src> <dst> <linkname>' $tree
ipfs refs local | sort
ipfs resolve /ipfs/$tree/sub/deep
ipfs ls --enc=json -s $tree
ipfs get $tree && (cd $tree && find . -not -type l -printf '%P %m %s\n' -o -printf '%P %l\n' \
| sort)
ipfs get $tree && ls $tree | wc -l
ipfs get -o out $tree/sub/big; md5sum out
mkdir -p into; ipfs get -o into $tree/a.txt; find into -type f -printf '%P %m\n'
ipfs get -o into/l $tree/link; readlink into/l
ipfs get -a $tree && tar tf $tree.tar | sort
ipfs get -a -C -o z $tree && tar tzf z.tar.gz | sort
ipfs get -C -l 3 $hello && zcat $hello.gz
ipfs get -C -l 11 $hello
ipfs get --offline $gone
kept=$(ipfs add -Q -r --preserve-mode --preserve-mtime tree); ipfs get -o kept $kept
find kept -not -type l -printf '%P %m %T@\n' | sort
printf block | ipfs block put
ipfs block put hello.txt tree/a.txt
printf abc | ipfs block put --cid-codec=dag-cbor
cid=$(printf block | ipfs block put); ipfs block stat $cid; ipfs block get $cid
ipfs block stat --offline $gone
ipfs block rm $cid; ipfs block rm $cid; ipfs block rm -f $cid
ipfs block rm $hello
node=$(printf '{"a":[1,2.5,"<&>"],"l":{"/":"%s"}}' $tree | ipfs dag put); echo $node
ipfs dag get $node
ipfs dag get $node/a/2
ipfs dag get $node/nope
ipfs dag resolve $node/l/sub
ipfs dag resolve $node/a
ipfs dag get --output-codec=dag-cbor $node | md5sum
ipfs dag stat --progress=false $tree
ipfs dag stat --progress=false $tree $node
ipfs dag export --progress=false $tree >a.car; md5sum <a.car
ipfs dag import a.car
ipfs dag import --stats --pin-roots=false a.car
ipfs dag import <a.car
ipfs dag import --silent a.car
ipfs dag import hello.txt
ipfs pin ls --type=recursive --names | sort
ipfs pin ls -q | sort
ipfs pin ls $hello
ipfs pin ls --offline $gone
ipfs pin ls --enc=json --type=recursive
ipfs pin ls --stream --type=direct
ipfs pin add $tree/sub
ipfs pin add --name=x -r=false $node
printf '%s\n%s\n' $tree $hello | ipfs pin add
ipfs pin update $tree $node
ipfs pin rm $node; ipfs pin rm $node
ipfs pin verify --verbose | sort
ipfs pin rm $gone --offline
ipfs pin ls --type=nonsense
ipfs repo gc | sort | tail -n 3
ipfs repo gc -q | wc -l
ipfs repo verify
ipfs repo version
ipfs version
ipfs cid format -v 1 $hello
ipfs multibase encode -b base32 hello.txt
ipfs id --offline -f '<aver>\n' | wc -l
ipfs --enc=json add hello.txt
ipfs --timeout=10s cat $hello
ipfs init
ipfs --cid-base=nonsense cat $hello
""".replace("\\\n", "").strip().split("\n")
# Where the two differ for a reason: help texts, a base that does not exist is refused, an empty
# folder has its heading in a stream as well, words that name the program, blocks of folders on the
# way that Kubo leaves in its store.
EXEMPT = {"ipfs init", "ipfs dag import hello.txt",
          "ipfs add --nocopy hello.txt", "ipfs add tree", "ipfs add nowhere",
          "ipfs --cid-base=nonsense cat $hello", "ipfs ls -s $tree $tree/empty $tree/sub",
          "ipfs refs local | sort", "ipfs repo gc | sort | tail -n 3"}


def run_steps(client, daemon, steps):
    """What each step prints, by `client` against the running `daemon`."""
    with tempfile.TemporaryDirectory(prefix="kit-remote-") as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        (folder / "work").mkdir()
        script = folder / "bin" / "ipfs"
        script.write_text(
            f'#!/bin/sh\nexec "{client}" --api=/ip4/127.0.0.1/tcp/{daemon.port} "$@"\n')
        script.chmod(0o755)
        environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": str(folder), "TZ": "UTC",
                       "IPFS_PATH": str(folder / "none"), "LC_ALL": "C.UTF-8",
                       "IPFS_TELEMETRY": "off"}
        environment |= {key: value for key, value in os.environ.items() if "SAN_OPTIONS" in key}
        mark = "--- step ended"
        lines = ["exec 2>&1 </dev/null", PREPARE]
        lines += [f"{step}\nprintf '\\n{mark} %s\\n' $?" for step in steps]
        done = subprocess.run(["bash", "-c", "\n".join(lines)], cwd=folder / "work",
                              env=environment, stdout=subprocess.PIPE, timeout=10 * PATIENCE_S)
        text = done.stdout.decode(errors="backslashreplace").replace(name, "<folder>")
        return text.replace(str(daemon.port), "<port>").split("\n" + mark)[:len(steps)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--kubo", default=KUBO)
    parser.add_argument("--only", default="", help="compare the steps with this word alone")
    given = parser.parse_args()
    if not os.path.exists(given.kubo):
        print(f"skipped: there is no Kubo at {given.kubo} (tests/peers builds it)")
        return 77
    ours = os.path.abspath(given.program)
    failed = 0
    expected = None
    for name, client, server in (("kubo drives kubo", given.kubo, given.kubo),
                                 ("ours drives ours", ours, ours),
                                 ("ours drives kubo", ours, given.kubo),
                                 ("kubo drives ours", given.kubo, ours)):
        with Daemon(server) as daemon:
            outputs = run_steps(client, daemon, STEPS)
        if expected is None:
            expected = outputs
            continue
        good = 0
        for step, wanted, got in zip(STEPS, expected, outputs):
            if wanted == got or step in EXEMPT or given.only not in step:
                good += 1
                continue
            print(f"-- {name}: {step}")
            for line in difflib.unified_diff(wanted.split("\n"), got.split("\n"), "kubo", name,
                                             lineterm="", n=1):
                print("   " + line[:300])
        failed += len(STEPS) - good
        print(f"{name}: {good} of {len(STEPS)} steps print the same")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
