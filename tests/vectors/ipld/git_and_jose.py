#!/usr/bin/env python3
"""Writes the vectors of git-raw and dag-jose: what a real Kubo reads, refuses and writes again.

usage: git_and_jose.py KUBO REPOSITORY   (an IPFS_PATH that `ipfs init` has made; nothing else uses it)
"""
import base64
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SHA = "a" * 40
TREE = f"tree {SHA}\n"
PERSON = "A U  Thor <a@example.com> 1600000000 +0200"
PEOPLE = f"author {PERSON}\ncommitter {PERSON}\n"
SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n wsBcBAAB\n =4IC1\n -----END PGP SIGNATURE-----\n"
MERGED = f"mergetag object {'b' * 40}\n type commit\n tag v1\n tagger {PERSON}\n \n one\n two\n"


def git(kind, body):
    body = body.encode() if isinstance(body, str) else body
    return kind.encode() + b" %d\0" % len(body) + body


def entry(mode, name, byte):
    return f"{mode} {name}".encode() + b"\0" + byte * 20


GIT = {
    "git-blob": git("blob", b"\x00\xffblob"),
    "git-blob-empty": git("blob", b""),
    "git-tree": git("tree", entry("40000", "a", b"\1") + entry("100644", "b.txt", b"\2")
                    + entry("120000", "c", b"\xff")),
    "git-tree-empty": git("tree", b""),
    "git-commit": git("commit", TREE + PEOPLE + "\nmessage\n\nmore\n"),
    "git-commit-parents": git("commit", TREE + f"parent {'b' * 40}\nparent {'0' * 40}\n" + PEOPLE
                              + "encoding latin1\n\n"),
    "git-commit-signed": git("commit", TREE + PEOPLE + SIGNATURE + "\nmessage"),
    "git-commit-merged-tags": git("commit", TREE + PEOPLE + MERGED + MERGED + "\nmessage"),
    "git-commit-other": git("commit", TREE + PEOPLE + "HG:extra x\nhello\n\nmessage"),
    "git-tag": git("tag", f"object {SHA}\ntype commit\ntag v1\ntagger {PERSON}\n\nmessage\n"),
}
GIT_NONCANONICAL = {
    "wrong-size": b"commit 7\0" + (TREE + PEOPLE + "\nm").encode(),
    "plus-size": b"tree +5\0",
    "no-time": git("commit", TREE + "author A <b>\ncommitter  <>\n\nm"),
    "carriage-returns": git("commit", (TREE + PEOPLE).replace("\n", "\r\n") + "\r\nm\r\n"),
    "other-before-people": git("commit", TREE + "other x\n" + PEOPLE + "\nm"),
    "tree-twice": git("commit", f"tree {'b' * 40}\n" + TREE + PEOPLE + "\nm"),
    "no-message": git("commit", TREE + PEOPLE),
    "half-a-time": git("commit", TREE + "author A <b> 1 +0 more\ncommitter A <b c> 1\n\nm"),
    "spaces-in-person": git("commit", TREE + "author  A   B  <b  c> 1 +0\ncommitter A <b> 1 +0\n\nm"),
    "capital-digits": git("commit", TREE.upper().replace("TREE", "tree") + PEOPLE + "\nm"),
    "long-line": git("commit", TREE + PEOPLE + "x" * 5000 + "\n\nm"),
    "line-of-4096": git("commit", TREE + PEOPLE + "x" * 4096 + "\nstill the message"),
    "long-line-carriage-return": git("commit", TREE + PEOPLE + "x" * 4095 + "\r\n\nm"),
    "merged-tag-last": git("commit", TREE + PEOPLE + f"mergetag object {SHA}\n type commit\nx\n"),
    "blob-longer": b"blob 3\0abcdef",
    "tree-cut-in-mode": git("tree", entry("100644", "a", b"\1") + b"1006"),
    "tree-cut-after-name": git("tree", entry("100644", "a", b"\1") + b"100644 b\0"),
    "tag-unknown-line": git("tag", f"object {SHA}\nwhat\ntype commit\n\nm"),
    "tag-number-not-read": b"tag x\0" + f"object {SHA}\n".encode(),
}
GIT_NEGATIVE = {
    "empty": b"", "no-space": b"blob", "no-zero": b"blob 3", "unknown-type": b"note 0\0",
    "size-no-number": b"blob x\0", "size-negative": b"blob -1\0", "size-two-signs": b"tree +-1\0",
    "size-empty": b"commit \0", "size-too-large": b"tree 99999999999999999999\0",
    "blob-short": b"blob 3\0ab", "capital-type": b"BLOB 0\0",
    "tree-sha-short": git("tree", b"100644 a\0abc"),
    "tree-name-twice": git("tree", entry("100644", "a", b"\1") + entry("100644", "a", b"\2")),
    "commit-odd-digits": git("commit", f"tree {SHA}a\n"),
    "commit-long-sha": git("commit", f"tree {SHA}aa\n"),
    "commit-short-sha": git("commit", "tree aa\n"),
    "commit-no-digits": git("commit", f"tree {'x' * 40}\n"),
    "commit-without-tree": git("commit", PEOPLE + "\nm"),
    "tag-without-object": git("tag", "type commit\n\nm"),
    "person-one-word": git("commit", TREE + "author A\n"),
    "person-no-email": git("commit", TREE + "author A B C\n"),
    "person-open-email": git("commit", TREE + "author A <b c\n"),
    "signature-first-line": git("commit", TREE + "gpgsig -\n x\n"),
    "signature-open": git("commit", TREE + "gpgsig -\n \n x\n"),
    "signature-nothing": git("commit", TREE + "gpgsig -\n"),
    "merged-tag-open": git("commit", TREE + f"mergetag object {SHA}\n \n x\n"),
    "merged-tag-sha": git("commit", TREE + "mergetag object zz\n"),
    "merged-tag-person": git("commit", TREE + f"mergetag object {SHA}\n tagger A\n"),
}
CID = bytes.fromhex("01711220895564f1e0a9158b62fa978c52ad222c88f10a83818b6067c66f9faaf24ad081")
PAYLOAD = base64.urlsafe_b64encode(CID).rstrip(b"=").decode()
JOSE = {  # As dag-json that Kubo is asked to store.
    "jws": '{"payload":"%s","signatures":[{"header":{"f":1.5,"kid":"x","l":[1,"a",{"z":{}}],"n":1},'
           '"protected":"eyJhbGciOiJFZERTQSJ9","signature":"-_-_"},{"signature":""}]}',
    "jws-no-signatures": '{"payload":"%s","signatures":[]}',
    "jwe": '{"aad":"","ciphertext":"AQ","iv":"_w","protected":"AAEC","recipients":[{"encrypted_key":'
           '"AQ","header":{"alg":"x"}},{}],"tag":"AA","unprotected":{"a":"b","n":999999}}',
    "jwe-alone": '{"ciphertext":"AQ"}',
}
JOSE_FLAT = {
    "jws-flat": '{"payload":"%s","header":{"b":1.0,"aa":2},"protected":"AA","signature":"AQ","more":1}',
    "jws-big-numbers": '{"payload":"%s","signature":"AQ","header":{"a":1000000,"b":9007199254740993,'
                       '"c":-1000000,"d":-999999,"e":1e300}}',
    "jwe-flat": '{"ciphertext":"AQ","encrypted_key":"AQ","header":{"b":1,"aa":2}}',
    "jwe-first-recipient-empty": '{"ciphertext":"AQ","recipients":[{},{"encrypted_key":"AQ"}]}',
}
JOSE_NONCANONICAL = {
    "text-for-bytes": "a16a6369706865727465787462415f".replace("415f", "4151"),
    "keys-unsorted": "a2626976" + "4101" + "6a636970686572746578744101",
}
JOSE_NEGATIVE = {
    "empty": "", "empty-map": "a0", "list": "80", "text-stray": "a16a636970686572746578746141",
    "jwe-unknown-field": "a26161016a636970686572746578744101",
    "payload-no-cid": "a1677061796c6f61644101",
    "payload-longer": "a1677061796c6f61645825" + CID.hex() + "00",
    "jws-unknown-field": "a26161016770" + "61796c6f61645824" + CID.hex(),
    "ciphertext-number": "a16a6369706865727465787401",
    "header-null": "a26a6369706865727465787441016b756e70726f746563746564f6",
    "header-true": "a26a6369706865727465787441016b756e70726f746563746564f5",
    "header-link": "a26a6369706865727465787441016b756e70726f746563746564d82a582500" + CID.hex(),
    "header-nested-null": "a26a6369706865727465787441016b756e70726f746563746564a16161f6",
    "signature-missing": "a2677061796c6f61645824" + CID.hex() + "6a7369676e61747572657381a0",
    "signature-unknown-field": "a2677061796c6f61645824" + CID.hex()
                               + "6a7369676e61747572657381a26161016973" + "69676e61747572654101",
    "signatures-map": "a2677061796c6f61645824" + CID.hex() + "6a7369676e617475726573a0",
    "recipients-bytes": "a26a6369706865727465787441016a726563697069656e747341ff",
    "bytes-after": "a16a63697068657274657874410100",
}


class Kubo:
    def __init__(self, program, repository):
        self.program, self.environment = program, os.environ | {"IPFS_PATH": repository}

    def run(self, *arguments, data=b""):
        done = subprocess.run([self.program, *arguments], input=data, capture_output=True,
                              env=self.environment)
        return done.stdout if done.returncode == 0 else None

    def put(self, block, codec):
        return self.run("block", "put", f"--cid-codec={codec}", data=block).decode().strip()

    def encode(self, data, source, target):
        cid = self.run("dag", "put", f"--input-codec={source}", f"--store-codec={target}", data=data)
        return cid.decode().splitlines()[-1] if cid else None  # It prints lines of its own above.


def write(codec, name, data, kind=""):
    folder = FOLDER / codec / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.{codec}").write_bytes(data)


def write_both(kubo, codec, name, block):
    cid = kubo.put(block, codec)
    text = kubo.run("dag", "get", cid)
    assert text is not None, name
    write(codec, f"{name}.{cid}", block)
    write("dag-json", f"{name}.{kubo.encode(text, 'dag-json', 'dag-json')}", text)


def write_mended(kubo, codec, name, block, source=None, data=None):
    mended = kubo.encode(block if data is None else data, source or codec, codec)
    assert mended, name
    write(codec, f"{name}.{mended}", block, "noncanonical")


def write_negative(kubo, codec, name, block):
    assert not block or kubo.run("dag", "get", kubo.put(block, codec)) is None, name
    write(codec, name, block, "negative")


def main():
    kubo = Kubo(*sys.argv[1:])
    for name, block in GIT.items():
        write_both(kubo, "git-raw", name, block)
    for name, block in GIT_NONCANONICAL.items():
        write_mended(kubo, "git-raw", name, block)
    for name, block in GIT_NEGATIVE.items():
        write_negative(kubo, "git-raw", name, block)
    for name, text in JOSE.items():
        data = text.replace("%s", PAYLOAD).encode()
        cid = kubo.encode(data, "dag-json", "dag-jose")
        write_both(kubo, "dag-jose", name, kubo.run("block", "get", cid))
    for name, text in JOSE_FLAT.items():
        data = text.replace("%s", PAYLOAD).encode()
        cid = kubo.encode(data, "dag-json", "dag-jose")
        folder = FOLDER / "dag-jose" / "flattened"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.{cid}.dag-json").write_bytes(data)
    for name, digits in JOSE_NONCANONICAL.items():
        write_mended(kubo, "dag-jose", name, bytes.fromhex(digits))
    for name, digits in JOSE_NEGATIVE.items():
        write_negative(kubo, "dag-jose", name, bytes.fromhex(digits))


if __name__ == "__main__":
    main()
