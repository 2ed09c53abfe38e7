#!/usr/bin/env python3
"""Asks a real Kubo what it makes of a fixed tree under many options.

usage: generate.py KUBO > kubo.txt

The tree is the one that import_fixture.h makes: content is ChaCha20's keystream under the key
sha256(name of the content), as in kubo:test/cli/testutils/random_deterministic.go.
"""
import hashlib
import os
import subprocess
import sys
import tempfile

FILES = {"empty": 0, "one": 1, "small": 1000, "chunk": 262144, "over": 262145, "large": 3000001}
SHAPES = [[], ["--cid-version=1"], ["--raw-leaves"], ["--trickle"],
          ["--trickle", "--cid-version=1"]]
CHUNKERS = ["size-1000", "size-1048576", "rabin", "rabin-100000", "rabin-16000-32000-64000",
            "rabin-20-30-40", "rabin-40", "buzhash"]
HASHES = ["sha1", "sha2-512", "sha3-256", "shake-256", "keccak-512", "blake3", "blake2b-256",
          "blake2s-256", "dbl-sha2-256"]


def content(seed, size):
    key = hashlib.sha256(seed.encode()).hexdigest()
    command = ["openssl", "enc", "-chacha20", "-K", key, "-iv", "0" * 32]
    return subprocess.run(command, input=bytes(size), capture_output=True, check=True).stdout


def make_tree(root):
    def write(path, data):
        path = os.path.join(root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)

    for name, size in FILES.items():
        write(name, content(name, size))
    write("tree/a.txt", b"a")
    write("tree/b/c.txt", content("c", 300000))
    write("tree/b/.hidden", b"h")
    write("tree/.folder/x", b"x")
    write("tree/z.log", b"z")
    write("tree/b/y.log", b"y")
    os.makedirs(os.path.join(root, "tree/nothing/inside"))
    os.symlink("a.txt", os.path.join(root, "tree/link"))
    os.symlink("b", os.path.join(root, "tree/folder_link"))
    for number in range(300):
        write(f"many/name{number}", b"%d" % (number % 7))
    for number in range(20):
        write(f"many/folder{number}/f", b"%d" % number)
    os.chmod(os.path.join(root, "small"), 0o640)
    os.chmod(os.path.join(root, "over"), 0o4755)
    for path in ("small", "over", "tree"):
        os.utime(os.path.join(root, path), ns=(0, 1234567890123456789))


def cases():
    for shape in SHAPES:
        for name in FILES:
            yield shape + [name]
        yield shape + ["-r", "tree"]
    for chunker in CHUNKERS:
        yield [f"--chunker={chunker}", "large"]
        yield [f"--chunker={chunker}", "--trickle", "small"]
    for links in (2, 3, 10):
        yield ["--chunker=size-10000", f"--max-file-links={links}", "large"]
        yield ["--chunker=size-10000", f"--max-file-links={links}", "--trickle", "large"]
    for name in HASHES:
        yield [f"--hash={name}", "-r", "small", "tree"]
    for limit in (0, 8, 60, 128):
        for shape in ([], ["--cid-version=1"], ["--trickle"]):
            yield shape + ["--inline", f"--inline-limit={limit}", "-r", "one", "over", "tree"]
    for fanout in (8, 16, 256, 512, 1024):
        yield ["-r", f"--max-hamt-fanout={fanout}", "--max-directory-links=100", "many"]
        yield ["-r", "-w", f"--max-hamt-fanout={fanout}", "--max-directory-links=1", "tree", "one"]
    for stat in (["--mode=0644"], ["--mode=04755"], ["--mtime=5"], ["--mtime=-5"],
                 ["--mtime=5", "--mtime-nsecs=7"]):
        yield stat + ["-r", "one", "large", "tree"]
        yield stat + ["-r", "--trickle", "--max-directory-links=2", "-w", "one", "empty", "tree"]
    for stat in (["--preserve-mode"], ["--preserve-mode", "--preserve-mtime"]):
        yield stat + ["small"]
        yield stat + ["over"]
    for tree in (["-w", "small"], ["-w", "small", "one"], ["-r", "-w", "tree"],
                 ["-r", "one", "tree", "empty"], ["-r", "-H", "tree"],
                 ["-r", "--empty-dirs=false", "tree"], ["-r", "--empty-dirs=false", "tree/nothing"],
                 ["-r", "-w", "--empty-dirs=false", "tree/nothing/inside"],
                 ["-r", "--ignore=*.log", "tree"], ["-r", "--ignore=b", "--ignore=z*", "tree"],
                 ["-r", "--ignore=*.log", "--ignore=!z.log", "tree"],
                 ["-r", "--dereference-args", "tree/folder_link"], ["tree/link"],
                 ["--dereference-args", "tree/link"], ["-r", "--dereference-symlinks", "tree"],
                 ["-r", "./tree/../tree/b/"], ["one", "one"]):
        yield tree
    # What is refused.
    for wrong in (["absent"], ["tree"], ["tree/a.txt", "many/../tree/b/../a.txt"],
                  ["many/folder1/f", "many/folder2/f"],
                  ["--hash=murmur3-x64-64", "one"], ["--hash=shake-128", "one"],
                  ["--hash=sha1", "--cid-version=0", "one"], ["--cid-version=2", "one"],
                  ["--max-hamt-fanout=12", "one"], ["--inline", "--inline-limit=129", "one"],
                  ["--chunker=size-0", "one"], ["--chunker=size-x", "one"],
                  ["--chunker=size-9999999", "one"], ["--chunker=size", "one"],
                  ["--chunker=size-99999999999999999999", "one"], ["--chunker=rabin-1-2", "one"],
                  ["--chunker=rabin-15-20-30", "one"], ["--chunker=rabin-30-20-40", "one"],
                  ["--chunker=rabin-20-50-40", "one"], ["--chunker=rabin-20-xx-40", "one"],
                  ["--chunker=rabin-avg:20-30-40", "one"], ["--chunker=rabin-20-30-9999999", "one"],
                  ["--chunker=rabin-9999999", "one"], ["--chunker=unknown", "one"],
                  ["--chunker=rabin-40", "large"]):
        yield wrong


def main():
    kubo = sys.argv[1]
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        root = os.path.join(folder, "tree")
        make_tree(root)
        environment = dict(os.environ, IPFS_PATH=os.path.join(folder, "repo"))
        subprocess.run([kubo, "init", "--profile=test"], env=environment, capture_output=True,
                       check=True)
        for arguments in cases():
            # Not --only-hash: that forgets max-directory-links in the root.
            run = subprocess.run([kubo, "add"] + arguments, env=environment, cwd=root,
                                 capture_output=True, text=True, check=False)
            print(">", *arguments)
            print(run.stdout, end="")
            for line in run.stderr.splitlines():
                if line.startswith("Error: "):
                    print(line)


main()
