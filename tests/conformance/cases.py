"""One case: what to add, from where, with which options, and how to look at the result."""
from dataclasses import dataclass, field

# What a store is set up with: the commands after init.
HAMT = ["Import.UnixFSHAMTDirectorySizeThreshold", "1KiB"]
ESTIMATE = "Import.UnixFSHAMTDirectorySizeEstimation"
PROFILES = {
    "plain": [],
    "v0-2015": [["config", "profile", "apply", "unixfs-v0-2015"]],
    "v1-2025": [["config", "profile", "apply", "unixfs-v1-2025"]],
    "hamt-links": [["config", *HAMT], ["config", ESTIMATE, "links"]],
    "hamt-block": [["config", *HAMT], ["config", ESTIMATE, "block"],
                   ["config", "--json", "Import.CidVersion", "1"]],
    "hamt-disabled": [["config", *HAMT], ["config", ESTIMATE, "disabled"],
                      ["config", "--json", "Import.UnixFSDirectoryMaxLinks", "30"]],
    "data-first": [["config", *HAMT], ["config", "Import.UnixFSPBNodeFieldOrder", "data-first"],
                   ["config", "--json", "Import.UnixFSFileMaxLinks", "7"]],
    "filestore": [["config", "--json", "Experimental.FilestoreEnabled", "true"]],
    "configured": [["config", "Import.UnixFSChunker", "size-10000"],
                   ["config", "--json", "Import.UnixFSRawLeaves", "true"],
                   ["config", "--json", "Import.UnixFSFileMaxLinks", "5"],
                   ["config", "Import.HashFunction", "blake2b-256"],
                   ["config", "Import.UnixFSDAGLayout", "trickle"]],
}
HASHES = ["sha1", "sha2-256", "sha2-256", "sha2-512", "sha3-224", "sha3-256", "sha3-384",
          "sha3-512",
          "blake2b-256", "blake2b-512", "blake2b-160", "blake2s-256", "blake3", "keccak-256",
          "keccak-512", "dbl-sha2-256", "shake-128", "shake-256", "sha2-256-trunc254-padded",
          "murmur3-x64-64", "identity", "md5", "nonsense"]
CHUNKERS = ["size-262144", "size-1048576", "size-1000", "size-64", "size-99999", "rabin",
            "rabin-2048", "rabin-65536", "rabin-512-1024-2048", "rabin-4096-8192-100000", "buzhash",
            "default", "size-2096896"]
BAD_CHUNKERS = ["size-0", "size--1", "size-x", "size-2096897", "rabin-1-2-3-4", "rabin-8-16-32",
                "rab", "size-", "rabin-100-50-200", "buzhash-4", "rabin-min:1-2-3",
                "rabin-10-100-9999999"]
BASES = ["base32", "base36", "base58btc", "base16upper", "base64url"]
LOOKS = [["ls"], ["ls", "--enc=json"], ["ls", "-v", "-l"], ["ls", "--resolve-type=false"],
         ["ls", "--size=false", "-s"], ["refs", "-r"], ["refs", "-r", "-u", "-e"],
         ["refs", "--enc=json"], ["refs", "-r", "--max-depth=2"],
         ["dag", "stat", "--progress=false"], ["dag", "stat", "--progress=false", "--enc=json"],
         ["block", "stat"], ["dag", "get"],
         ["cat"], ["cat", "-o", "5", "-l", "70000"], ["resolve"], ["pin", "ls"],
         ["cid", "format", "-f", "%v %c %h %L %D"], ["pin", "verify", "-v"], ["cid", "inspect"],
         ["dag", "resolve"], ["block", "get"]]


@dataclass
class Case:
    number: int
    profile: str
    inputs: list
    options: list = field(default_factory=list)
    stdin: bool = False
    looks: list = field(default_factory=list)

    @property
    def stores(self):
        """Whether there is a root to look at when the command succeeds."""
        return not {"-n", "--only-hash"} & set(self.options)


def chunker(random, largest):
    """One that does not cut the largest file into more than some thousand chunks."""
    if random.random() < 0.04:
        return random.choice(BAD_CHUNKERS)
    while True:
        name = random.choice(CHUNKERS)
        average = {"rabin-512-1024-2048": 1024, "size-1000": 1000, "size-64": 64,
                   "rabin-2048": 2048, "rabin-4096-8192-100000": 8192}.get(name, 65536)
        if largest / average < 1500:
            return name


def layout_options(random, largest):
    options = []
    if random.random() < 0.5:
        options.append(f"--chunker={chunker(random, largest)}")
    if random.random() < 0.2:
        options.append(random.choice(["--trickle", "-t"]))
    if random.random() < 0.35:
        options.append(random.choice(["--raw-leaves", "--raw-leaves=false"]))
    if random.random() < 0.4:
        options.append(f"--cid-version={random.choice([0] * 6 + [1] * 12 + [2])}")
    if random.random() < 0.25:
        options.append(f"--hash={random.choice(HASHES)}")
    if random.random() < 0.15:
        options.append("--inline")
        if random.random() < 0.6:
            options.append(f"--inline-limit={random.choice([0, 1, 5, 33, 64, 128, 128, 129])}")
    if random.random() < 0.15:
        # Not 1: Kubo would build a tower of single links for ever.
        options.append(f"--max-file-links={random.choice([2, 3, 8, 174, 1024, 0])}")
    return options


def directory_options(random):
    options = []
    if random.random() < 0.2:
        options.append(f"--max-directory-links={random.choice([1, 2, 5, 40, 0, 1000])}")
    if random.random() < 0.15:
        options.append(f"--max-hamt-fanout={random.choice([8, 16, 16, 64, 64, 128, 512, 1024, 7])}")
    if random.random() < 0.3:
        options.append(random.choice(["--hidden", "-H"]))
    if random.random() < 0.15:
        options.append("--ignore=" + random.choice(["a", "*.txt", "b.txt/", "/d", "**/c*", "!a"]))
    if random.random() < 0.1:
        options.append("--ignore-rules-path=rules")
    if random.random() < 0.15:
        options.append(random.choice(["--empty-dirs=false", "-E=false"]))
    if random.random() < 0.1:
        options.append("--dereference-symlinks")
    return options


def meta_options(random):
    options = []
    if random.random() < 0.1:
        options.append("--preserve-mode")
    if random.random() < 0.1:
        options.append("--preserve-mtime")
    if random.random() < 0.06:
        options.append(f"--mode={random.choice(['0644', '0777', '644', '01777', '9', '0'])}")
    if random.random() < 0.06:
        options.append(f"--mtime={random.choice([0, 1, 1_580_608_922, 4_102_444_800, -5])}")
        if random.random() < 0.5:
            options.append(f"--mtime-nsecs={random.choice([0, 1, 999_999_999])}")
    return options


def output_options(random):
    options = []
    if random.random() < 0.2:
        # Not --silent: Kubo prints folders in spite of it (docs/decisions/departures.md).
        options.append(random.choice(["-q", "--quiet"]))
    if random.random() < 0.2:
        options.append(random.choice(["-w", "--wrap-with-directory"]))
    if random.random() < 0.1:
        options.append(random.choice(["-n", "--only-hash"]))
    if random.random() < 0.15:
        options.append("--pin=false")
    if random.random() < 0.08:
        options.append(f"--pin-name={random.choice(['x', 'a name', 'ä', 'n' * 255, 'n' * 256])}")
    if random.random() < 0.1:
        options.append(f"--cid-base={random.choice(BASES)}")
    return options


def settle_leaves(random, profile, options):
    """Most cases are to succeed: metadata needs leaves that can hold it, --nocopy raw ones."""
    needs_plain = any(option.startswith(("--mode", "--mtime", "--preserve")) for option in options)
    if random.random() < 0.1 or not (needs_plain or "--nocopy" in options):
        return
    options[:] = [option for option in options if not option.startswith("--raw-leaves")]
    if needs_plain:
        options[:] = [option for option in options if option != "--nocopy"]
        options.append("--raw-leaves=false")


def make_case(random, number, inputs):
    """A case from the random generator alone: the same number and seed give the same case."""
    case = Case(number, random.choice(list(PROFILES)), [random.choice(inputs)])
    if random.random() < 0.12:
        case.inputs.append(random.choice(inputs))
    case.stdin = not case.inputs[0].is_directory and random.random() < 0.1
    options = layout_options(random, max(each.largest for each in case.inputs))
    options += meta_options(random) + output_options(random)
    if any(each.is_directory for each in case.inputs):
        options += directory_options(random)
        # A folder without files never asks Kubo for its chunker; ours is checked at once.
        options = [option for option in options if option.split("=")[-1] not in BAD_CHUNKERS]
        if random.random() < 0.97:
            options.append("-r")
    elif random.random() < 0.1:
        options.append("--dereference-args")
    # Kubo finds the path behind a standard input that is a file; we take a stream for a stream.
    if (case.profile == "filestore" or random.random() < 0.02) and not case.stdin:
        options.append("--nocopy")
    settle_leaves(random, case.profile, options)
    if case.stdin and random.random() < 0.5:
        options.append("--stdin-name=typed")
    random.shuffle(options)
    case.options = options
    case.looks = random.sample(LOOKS, 4)
    return case
