#!/usr/bin/env python3
"""Real mounts of a real daemon, in a folder of their own: 77 where this machine has no FUSE.

    mount.py --program OURS
"""
import argparse
import hashlib
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

from daemons import Daemon
from checks import CHECKS, check, errno_of, must
import mount_tree  # Its checks are run here.

PATIENCE_S = 120


class Mounted(Daemon):
    """A daemon that may mount, which one started with --offline may not, and its three folders."""

    offline = ()

    def __init__(self, program):
        super().__init__(program)
        self.content, self.names = self.folder / "ipfs", self.folder / "ipns"
        self.tree = self.folder / "mfs"
        self.mounts = (self.content, self.names, self.tree)
        for folder in self.mounts:
            folder.mkdir()

    def mount(self, check=True):
        return self.run("mount", "-f", self.content, "-n", self.names, "-m", self.tree,
                        check=check)

    def is_mounted(self, folder):
        return f" {folder} " in Path("/proc/mounts").read_text()

    def __exit__(self, *arguments):
        try:
            self.stop()
        finally:
            for folder in self.mounts:
                if self.is_mounted(folder):
                    unmount = ["umount", "-l"] if os.geteuid() == 0 else ["fusermount3", "-uz"]
                    subprocess.run([*unmount, str(folder)], check=False)
        super().__exit__(*arguments)

    def add(self, path, *options):
        return self.run("add", "-Q", *options, path).stdout.decode().strip()


@check
def a_mount_that_cannot_be_leaves_those_that_are(daemon):
    for places in ((daemon.content, daemon.names, daemon.folder / "nowhere"),
                   (daemon.content, daemon.content, daemon.tree)):
        done = daemon.run("mount", "-f", places[0], "-n", places[1], "-m", places[2], check=False)
        must(done.returncode != 0, f"mounted at {places}")
        must(all(map(daemon.is_mounted, daemon.mounts)), f"{places} took a mount away")


@check
def a_tree_is_what_was_added(daemon):
    source = daemon.folder / "tree"
    (source / "deep" / "deeper").mkdir(parents=True)
    (source / "deep" / "deeper" / "file").write_bytes(b"x" * 300_000)
    (source / "empty").write_bytes(b"")
    (source / "link").symlink_to("deep/deeper/file")
    cid = daemon.add(source, "-r")
    shown = daemon.content / cid
    subprocess.run(["diff", "-r", str(source), str(shown)], check=True, timeout=PATIENCE_S)
    must(os.readlink(shown / "link") == "deep/deeper/file", "the link leads elsewhere")
    must((shown / "link").read_bytes() == b"x" * 300_000, "the link is not followed")
    must(os.getxattr(shown, "ipfs.cid") == cid.encode(), "ipfs.cid names another CID")
    must(shown.stat().st_mode == 0o40555, "a folder has another mode than in Kubo")
    must((shown / "empty").stat().st_mode == 0o100444, "a file has another mode than in Kubo")


@check
def modes_and_times_are_shown_where_they_are_kept(daemon):
    file = daemon.folder / "kept"
    file.write_text("kept")
    file.chmod(0o750)
    os.utime(file, (1234567, 1234567))
    found = (daemon.content / daemon.add(file, "--preserve-mode", "--preserve-mtime")).stat()
    must((found.st_mode & 0o777, found.st_mtime) == (0o750, 1234567), f"it shows {found}")


@check
def a_big_file_is_read_at_any_place_by_many(daemon):
    generator = random.Random(4)
    content = generator.randbytes(48 << 20)
    file = daemon.folder / "big"
    file.write_bytes(content)
    shown = daemon.content / daemon.add(file)
    must(shown.stat().st_size == len(content), "its size is another")
    wrong = []

    def read_ranges(seed):
        own = random.Random(seed)
        with open(shown, "rb", buffering=0) as reader:
            for _ in range(40):
                begin, size = own.randrange(len(content)), own.randrange(1, 600_000)
                got = os.pread(reader.fileno(), size, begin)
                if got != content[begin:begin + size]:
                    wrong.append((begin, size))

    readers = [threading.Thread(target=read_ranges, args=(seed,)) for seed in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    must(not wrong, f"ranges that differ: {wrong[:3]}")
    must(hashlib.sha256(shown.read_bytes()).digest() == hashlib.sha256(content).digest(),
         "its bytes are others")


@check
def a_folder_of_ten_thousand_is_listed_whole(daemon):
    source = daemon.folder / "many"
    source.mkdir()
    for number in range(10_000):
        (source / f"entry-{number}").write_text(str(number))
    shown = daemon.content / daemon.add(source, "-r")
    must(sorted(os.listdir(shown)) == sorted(os.listdir(source)), "the listing differs")
    must((shown / "entry-7777").read_text() == "7777", "an entry holds something else")
    must(errno_of(os.stat, shown / "entry-10000") == 2, "there is one that was never added")


@check
def what_cannot_be_done_says_so_as_in_kubo(daemon):
    must(errno_of(os.listdir, daemon.content) == 1, "the root can be listed")
    must(errno_of(os.stat, daemon.content / "nonsense") == 2, "nonsense is there")
    must(errno_of(os.mkdir, daemon.content / "new") == 30, "a folder was made")
    answer = daemon.run("mount", "-f", daemon.folder / "none", "-n", daemon.names, "-m",
                        daemon.tree, check=False)
    must(answer.returncode == 1 and b"none" in answer.stderr, "a folder that is not there")
    shown = daemon.mount().stdout.decode()
    must(shown == f"IPFS mounted at: {daemon.content}\nIPNS mounted at: {daemon.names}\n"
                  f"MFS  mounted at: {daemon.tree}\n", f"mount says {shown}")


@check
def a_name_is_a_link_to_what_it_leads_to(daemon):
    file = daemon.folder / "named"
    file.write_text("by name")
    cid = daemon.add(file)
    daemon.run("name", "publish", "--allow-offline", f"/ipfs/{cid}")
    must((daemon.names / "local").read_text() == "by name", "local leads elsewhere")
    listed = sorted(os.listdir(daemon.names))
    must(len(listed) == 2 and listed[1] == "local", f"the names are {listed}")
    must(os.readlink(daemon.names / listed[0]) == str(daemon.content / cid), "it leads elsewhere")


@check
def the_end_of_the_daemon_is_the_end_of_the_mounts(daemon):
    """An open file does not keep them; what a killed daemon leaves is taken off."""
    file = daemon.folder / "held"
    file.write_text("held")
    with open(daemon.content / daemon.add(file), "rb"):
        must(daemon.stop() == 0, "the daemon ended badly")
    must(not daemon.is_mounted(daemon.content), "it is mounted still")
    daemon.start()
    daemon.mount()
    daemon.stop(kill=True)
    must(errno_of(os.stat, daemon.tree) == 107, "a killed daemon leaves no mount")
    daemon.start()
    daemon.mount()
    must(daemon.tree.stat().st_mode == 0o40755, "the stale mount is there still")
    mounts = Path("/proc/mounts").read_text()
    must(mounts.count(f" {daemon.tree} ") == 1, "the stale mount is below the new one")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    if not os.path.exists("/dev/fuse"):
        print("skipped: /dev/fuse is not on this machine")
        return 77
    failed = 0
    with Mounted(options.program) as daemon:
        answer = daemon.mount(check=False)
        if answer.returncode != 0:
            text = answer.stderr.decode()
            missing = ("built without FUSE", "fusermount3", "/dev/fuse")
            is_missing = any(word in text for word in missing)
            print(f"{'skipped' if is_missing else 'FAIL'}: {text}")
            return 77 if is_missing else 1
        for function in CHECKS:
            try:
                function(daemon)
                print(f"ok   {function.__name__}")
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"FAIL {function.__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
