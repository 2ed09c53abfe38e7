"""Checks of the mutable tree as it is mounted: a plain folder is the model of what a mount does,
`files` of what the tree then is, and Kubo's mount of its CIDs."""
import mmap
import os
import random
import shutil
import subprocess
import tarfile
import threading
import time
from pathlib import Path

from daemons import KUBO, Daemon
from checks import check, errno_of, must

PATIENCE_S = 120


def cid_of(daemon, path="/"):
    return daemon.run("files", "stat", "--hash", path).stdout.decode().strip()


def read(daemon, path):
    return daemon.run("files", "read", path).stdout


def fresh(daemon, name):
    folder = daemon.tree / name
    folder.mkdir()
    return folder


class Model:
    """Random operations on a folder; two of one seed do the same."""

    NAMES = [f"{letter}{digit}" for letter in "abc" for digit in "012"]

    def __init__(self, folder, seed):
        self.folder, self.random = folder, random.Random(seed)

    def path(self):
        depth = self.random.choice((1, 1, 2, 3))
        return self.folder.joinpath(*(self.random.choice(self.NAMES) for _ in range(depth)))

    def step(self):
        """What was done, and how it ended."""
        act = self.random.choice((self.write, self.write, self.write, self.append, self.truncate,
                                  self.rename, self.rename, self.unlink, self.mkdir, self.mkdir,
                                  self.rmdir, self.symlink, self.read))
        path, other = self.path(), self.path()
        size, place = self.random.choice((0, 1, 5000, 300_000)), self.random.randrange(400_000)
        content = self.random.randbytes(size)
        try:
            return act.__name__, act(path, other, content, place)
        except OSError as error:
            return act.__name__, error.errno

    @staticmethod
    def write(path, _, content, place):
        file = os.open(path, os.O_RDWR | os.O_CREAT | (os.O_TRUNC if place % 2 else 0), 0o644)
        try:
            written = os.pwrite(file, content, place)
            return written, os.pread(file, 100, place), os.fstat(file).st_size
        finally:
            os.close(file)

    @staticmethod
    def append(path, _, content, place):
        with open(path, "ab") as file:
            file.write(content)
            return file.tell()

    @staticmethod
    def truncate(path, _, content, place):
        os.truncate(path, place)
        return path.stat().st_size

    @staticmethod
    def rename(path, other, content, place):
        os.rename(path, other)

    @staticmethod
    def unlink(path, _, content, place):
        os.unlink(path)

    @staticmethod
    def mkdir(path, _, content, place):
        path.mkdir()

    @staticmethod
    def rmdir(path, _, content, place):
        path.rmdir()

    @staticmethod
    def symlink(path, other, content, place):
        os.symlink(other.name, path)
        return os.readlink(path)

    @staticmethod
    def read(path, _, content, place):
        with open(path, "rb") as file:
            file.seek(place)
            return file.read(50_000)


@check
def a_plain_folder_is_the_model(daemon):
    plain = daemon.folder / "plain"
    plain.mkdir()
    seed = random.randrange(1 << 32)
    mounted, model = Model(fresh(daemon, "model"), seed), Model(plain, seed)
    for number in range(600):
        found, expected = mounted.step(), model.step()
        must(found == expected, f"seed {seed}, step {number}: {found[0]} "
             f"{str(found[1])[:80]} instead of {str(expected[1])[:80]}")
    subprocess.run(["diff", "-r", "--no-dereference", str(plain), str(mounted.folder)], check=True,
                   timeout=PATIENCE_S)
    daemon.run("get", "-o", daemon.folder / "got", cid_of(daemon, "/model"))
    subprocess.run(["diff", "-r", "--no-dereference", str(plain), str(daemon.folder / "got")],
                   check=True, timeout=PATIENCE_S)


@check
def what_is_closed_or_synced_is_in_the_tree(daemon):
    folder = fresh(daemon, "closed")
    with open(folder / "f", "wb", buffering=0) as file:
        must(read(daemon, "/closed/f") == b"", "a new file is not in the tree")
        file.write(b"synced")
        must((folder / "f").stat().st_size == 6, "what is written has no size")
        must((folder / "f").read_bytes() == b"synced", "what is written cannot be read")
        os.fsync(file.fileno())
        must(read(daemon, "/closed/f") == b"synced", "fsync does not put it into the tree")
        file.write(b", closed")
    must(read(daemon, "/closed/f") == b"synced, closed", "close does not put it into the tree")
    must(os.getxattr(folder / "f", "ipfs.cid").decode() == cid_of(daemon, "/closed/f"),
         "ipfs.cid is another CID")
    must(os.getxattr(folder, "ipfs.cid").decode() == cid_of(daemon, "/closed"), "of the folder")


@check
def what_files_changes_is_seen(daemon):
    folder = fresh(daemon, "seen")
    (folder / "f").write_bytes(b"old")
    daemon.run("files", "write", "--truncate", "/seen/f", stdin=b"new and longer")
    daemon.run("files", "mkdir", "/seen/d")
    time.sleep(1.1)  # As long as the kernel believes what it was told.
    for content in (b"new and longer", b"NEW AND LONGER", b"new and longer"):
        daemon.run("files", "write", "--truncate", "/seen/f", stdin=content)
        must((folder / "f").read_bytes() == content, "it shows what was")
        must((folder / "f").read_bytes() == content, "the kernel kept what was")
    must(sorted(os.listdir(folder)) == ["d", "f"], "the new folder is not listed")
    file = os.open(folder / "f", os.O_WRONLY)
    daemon.run("files", "rm", "/seen/f")
    os.write(file, b"lost")
    must(errno_of(os.fsync, file) == 2, "fsync does not say that a write is lost")
    must(errno_of(os.close, file) == 2, "close does not say that a write is lost")


@check
def a_file_outlives_its_name_while_it_is_open(daemon):
    folder = fresh(daemon, "names")
    with open(folder / "f", "w+b", buffering=0) as file:
        file.write(b"one")
        os.rename(folder, daemon.tree / "renamed")
        file.write(b" two")
        os.fsync(file.fileno())
        must(read(daemon, "/renamed/f") == b"one two", "a write after a rename is lost")
        os.unlink(daemon.tree / "renamed" / "f")
        daemon.run("repo", "gc")
        file.write(b" three")
        file.seek(0)
        must(file.read() == b"one two three", "it is gone with its name")
        must(os.fstat(file.fileno()).st_size == 13, "its size is gone with its name")
    must(os.listdir(daemon.tree / "renamed") == [], "it has come back")


@check
def numbers_of_files_stay_with_them(daemon):
    folder = fresh(daemon, "numbers")
    (folder / "f").write_bytes(b"same")
    (folder / "g").write_bytes(b"same")
    before = (folder / "f").stat().st_ino
    must(before != (folder / "g").stat().st_ino, "two files have one number")
    listed = {entry.name: entry.inode() for entry in os.scandir(folder)}
    must(listed["f"] == before, "a listing says another number")
    os.rename(folder / "f", folder / "h")
    must((folder / "h").stat().st_ino == before, "a renamed file has another number")


@check
def appending_and_mapping(daemon):
    folder = fresh(daemon, "append")
    with open(folder / "f", "ab", buffering=0) as one, open(folder / "f", "ab", buffering=0) as two:
        for number in range(20):
            (one if number % 2 else two).write(b"%d\n" % number)
    must((folder / "f").read_text().split() == [str(n) for n in range(20)], "lines are lost")
    (folder / "m").write_bytes(bytes(100_000))
    with open(folder / "m", "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[70_000:70_006] = b"mapped"
    must(read(daemon, "/append/m")[70_000:70_006] == b"mapped", "what is mapped is not written")


@check
def folders_are_removed_whole(daemon):
    folder = fresh(daemon, "many")
    for number in range(1500):
        (folder / f"entry-{number}").write_text(str(number))
    must(len(os.listdir(folder)) == 1500, "the listing differs")
    must(errno_of(os.rmdir, folder) == 39, "a folder that holds something is removed")
    shutil.rmtree(folder)
    must("many" not in os.listdir(daemon.tree), "it is there still")


@check
def programs_find_a_folder(daemon):
    source = Path(__file__).parents[2] / "doors"
    folder = fresh(daemon, "programs")
    subprocess.run(["cp", "-r", str(source), str(folder / "copy")], check=True, timeout=PATIENCE_S)
    with tarfile.open(daemon.folder / "t.tar", "w") as archive:
        archive.add(source, "packed")
    subprocess.run(["tar", "xf", str(daemon.folder / "t.tar"), "-C", str(folder)], check=True,
                   timeout=PATIENCE_S)
    for copy in ("copy", "packed"):
        subprocess.run(["diff", "-r", str(source), str(folder / copy)], check=True,
                       timeout=PATIENCE_S)
    (folder / "text").write_text("one\ntwo\n")
    subprocess.run(["sed", "-i", "s/two/three/", str(folder / "text")], check=True)
    must(read(daemon, "/programs/text") == b"one\nthree\n", "sed changed nothing")
    if not shutil.which("git"):
        print("     without git")
        return
    git = ["git", "-C", str(folder / "clone"), "-c", "user.name=n", "-c", "user.email=e@e"]
    subprocess.run(["git", "init", "-q", str(folder / "clone")], check=True)
    shutil.copytree(source, folder / "clone" / "doors")
    for words in (["add", "-A"], ["commit", "-qm", "first"], ["gc", "-q"], ["fsck", "--strict"]):
        subprocess.run([*git, *words], check=True, timeout=PATIENCE_S, capture_output=True)
    subprocess.run(["git", "clone", "-q", f"file://{folder / 'clone'}", str(folder / "again")],
                   check=True, timeout=PATIENCE_S)
    subprocess.run(["diff", "-r", str(source), str(folder / "again" / "doors")], check=True)


@check
def a_big_file_is_written_by_many(daemon):
    folder = fresh(daemon, "big")
    content = random.Random(5).randbytes(24 << 20)
    piece = 1 << 18
    file = os.open(folder / "f", os.O_RDWR | os.O_CREAT)

    def write(first):
        for number in range(first, len(content) // piece, 4):
            os.pwrite(file, content[number * piece:(number + 1) * piece], number * piece)

    writers = [threading.Thread(target=write, args=(first,)) for first in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    os.close(file)
    must((folder / "f").read_bytes() == content, "it shows other bytes")
    must(read(daemon, "/big/f") == content, "the tree has other bytes")


@check
def times_and_modes_are_kept_when_the_config_says(daemon):
    folder = fresh(daemon, "stat")
    (folder / "f").write_bytes(b"f")
    cid = cid_of(daemon, "/stat")
    os.chmod(folder / "f", 0o700)
    os.utime(folder / "f", (5, 5))
    must(cid_of(daemon, "/stat") == cid, "they are kept without being asked for")
    daemon.stop()
    daemon.run("config", "--json", "Mounts.StoreMode", "true")
    daemon.run("config", "--json", "Mounts.StoreMtime", "true")
    daemon.start()
    daemon.mount()
    os.chmod(folder, 0o700)
    os.utime(folder, (7, 7))
    with open(folder / "f", "wb", buffering=0) as file:
        file.write(b"other")
        os.fchmod(file.fileno(), 0o6750)
        os.utime(file.fileno(), ns=(0, 5_000_000_007))
    found = (folder / "f").stat()
    must((found.st_mode & 0o7777, found.st_mtime_ns) == (0o750, 5_000_000_007), f"{found}")
    must((folder.stat().st_mode & 0o777, folder.stat().st_mtime) == (0o700, 7), "of the folder")
    must((folder / "f").read_bytes() == b"other", "its bytes are gone")
    (folder / "new").write_bytes(b"")
    must(abs((folder / "new").stat().st_mtime - time.time()) < 60, "a new file has no time")
    daemon.stop()
    daemon.run("config", "--json", "Mounts.StoreMode", "false")
    daemon.run("config", "--json", "Mounts.StoreMtime", "false")
    daemon.start()
    daemon.mount()


@check
def what_was_written_outlives_the_daemon(daemon):
    folder = fresh(daemon, "kept")
    (folder / "closed").write_bytes(b"closed")
    with open(folder / "open", "wb", buffering=0) as file:
        file.write(b"open")
        must(daemon.stop() == 0, "the daemon ended badly")
        must(errno_of(file.write, b"late") != 0, "a mount is served by nobody")
        try:
            file.close()
        except OSError:
            pass  # Nobody is there to flush it.
    must(not daemon.is_mounted(daemon.tree), "it is mounted still")
    must(read(daemon, "/kept/open") == b"open", "an open file is not kept")
    daemon.start()
    daemon.mount()
    (folder / "killed").write_bytes(b"killed")
    daemon.stop(kill=True)
    must(read(daemon, "/kept/killed") == b"killed", "a closed file is not kept")
    daemon.start()
    daemon.mount()
    must((folder / "closed").read_bytes() == b"closed", "it shows something else")


class KuboMounted(Daemon):
    """A Kubo that mounts, and speaks with nobody."""

    offline = ()

    def __init__(self):
        alone = (("AutoConf.Enabled", "false"), ("Bootstrap", "[]"), ("DNS.Resolvers", "{}"),
                 ("Routing.Type", '"none"'), ("Routing.DelegatedRouters", "[]"),
                 ("Ipns.DelegatedPublishers", "[]"))
        super().__init__(KUBO, config=alone)
        self.tree = self.folder / "mfs"
        self.arguments = ["--mount"]
        for name in ("ipfs", "ipns", "mfs"):
            (self.folder / name).mkdir()
            self.arguments.append(f"--mount-{name}={self.folder / name}")


def change_as_everybody(folder):
    (folder / "d").mkdir()
    (folder / "f").write_bytes(b"hello")
    with open(folder / "f", "ab") as file:
        file.write(b" world")
    (folder / "d" / "big").write_bytes(bytes(n * 7 % 251 for n in range(1_000_000)))
    with open(folder / "d" / "big", "r+b") as file:
        file.seek(500_000)
        file.write(b"changed")
    os.truncate(folder / "f", 7)
    (folder / "gone").write_bytes(b"gone")
    (folder / "gone").unlink()
    (folder / "old").write_bytes(b"renamed")
    os.rename(folder / "old", folder / "d" / "new")
    os.symlink("d/new", folder / "link")
    (folder / "empty").mkdir()
    (folder / "sub").mkdir()
    (folder / "sub" / "x").write_bytes(b"x")
    os.rename(folder / "sub", folder / "moved")


@check
def trees_have_kubos_cids(daemon):
    folder = fresh(daemon, "same")
    change_as_everybody(folder)
    if not os.access(KUBO, os.X_OK):
        print("     not compared: no Kubo on this machine")
        return
    with KuboMounted() as kubo:
        (kubo.tree / "same").mkdir()
        change_as_everybody(kubo.tree / "same")
        for path in ("d/big", "d/new", "d", "f", "link", "empty", "moved", ""):
            found, expected = cid_of(daemon, f"/same/{path}"), cid_of(kubo, f"/same/{path}")
            must(found == expected, f"/{path} is {found}, and {expected} in Kubo")
