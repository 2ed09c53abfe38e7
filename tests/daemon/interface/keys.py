"""key/*, with keys that are the same for both."""
import base64

from interface.values import WORDS, one, plain

SEED = bytes(range(32))
# The public key of that seed, as Ed25519 has it (RFC 8032).
PUBLIC = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
SECRET = b"\x08\x01\x12\x40" + SEED + PUBLIC
PEM = (b"-----BEGIN PRIVATE KEY-----\n" +
       base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + SEED) +
       b"\n-----END PRIVATE KEY-----\n")
PKCS8 = "key/import?arg=pem&format=pem-pkcs8-cleartext"

REQUESTS = [
    ("key/import?arg=known", one(SECRET)), ("key/import?arg=known", one(SECRET)),
    (PKCS8, one(PEM)), (PKCS8, one(b"nonsense")),
    ("key/import?arg=bad", one(b"nonsense")), ("key/import?arg=self", one(SECRET)),
    ("key/import?arg=empty", one(b"")), ("key/import?arg=none", {}), ("key/import", one(SECRET)),
    ("key/import?arg=f&format=nonsense", one(SECRET)), ("key/import?arg=a/b", one(SECRET)),
    ("key/import?arg=b36&ipns-base=b58mh", one(SECRET)),
    *plain("key/list", "key/list?l=true", "key/list?ipns-base=b58mh", "key/list?ipns-base=base32",
           "key/list?ipns-base=nonsense", "key/list?encoding=text",
           "key/gen", "key/gen?arg=self", "key/gen?arg=known", "key/gen?arg=x&type=nonsense",
           "key/gen?arg=x&type=rsa&size=100", "key/gen?arg=x&type=rsa&size=nonsense",
           "key/gen?arg=ed", "key/gen?arg=rsa&type=rsa&size=2048", "key/gen?arg=ec&type=secp256k1",
           "key/gen?arg=mh&ipns-base=b58mh", "key/rename?arg=ed&arg=moved",
           "key/rename?arg=none&arg=x", "key/rename?arg=moved&arg=known",
           "key/rename?arg=known&arg=moved&force=true", "key/rename?arg=self&arg=x",
           "key/rename?arg=moved&arg=self", "key/rename?arg=moved", "key/rename",
           "key/rename?arg=moved&arg=moved", "key/export?arg=moved", "key/export",
           "key/rm?arg=none", "key/rm?arg=self", "key/rm", "key/rm?arg=rsa&arg=ec",
           "key/rm?arg=mh&l=true",
           "key/rm?arg=moved&arg=none", "key/list", "key/rotate", "key/rotate?oldkey=x",
           "key/sign?key=pem", "key/verify?key=pem", "key/nonsense"),
    ("key/sign?key=pem", one(b"data"), "sign"), ("key/sign?key=none", one(b"data")),
    ("key/verify?key=pem&signature=nonsense", one(b"data")),
    ("key/verify?key=pem", one(b"data")),
]
EXEMPT = {"key/import?arg=bad": WORDS, "key/import?arg=empty": WORDS,
          "key/verify?key=pem&signature=nonsense": WORDS}
