"""What rest_client.py does through the generated package `kit_client`, with the generator's Python.

    rest_client_calls.py http://127.0.0.1:PORT/api/v1
"""
import io
import sys

from kit_client import Client
from kit_client.api.core import add, cat
from kit_client.api.files import files_mkdir, files_rm, files_stat
from kit_client.api.pin import pin_ls, pin_rm
from kit_client.api.version import version
from kit_client.models import (AddAnswer, AddBody, FailureAnswer, FailureCode, PinLsType,
                               VersionAnswer)
from kit_client.types import File

CONTENT = b"through a generated client\n"


def must(condition, *what):
    if not condition:
        raise AssertionError(" ".join(map(str, what)))


def main():
    client = Client(base_url=sys.argv[1])
    told = version.sync(client=client, x_correlation_id="from-a-client")
    must(isinstance(told, VersionAnswer) and told.success, told)
    must(told.operation == "version" and told.correlation_id == "from-a-client", told)
    must(told.result.version, told)

    files = [File(payload=io.BytesIO(CONTENT), file_name="a.txt"),
             File(payload=io.BytesIO(b"b"), file_name="b.txt")]
    added = add.sync(client=client, body=AddBody(path=files), cid_version=1)
    must(isinstance(added, AddAnswer) and added.success, added)
    must([each.name for each in added.result] == ["a.txt", "b.txt"], added)
    cid = added.result[0].hash_
    must(cid.startswith("bafk"), cid)

    must(cat.sync(client=client, ipfs_path=[cid]).payload.read() == CONTENT, "cat")
    part = cat.sync(client=client, ipfs_path=[cid], offset=8, length=1)
    must(part.payload.read() == CONTENT[8:9], "cat of a part")

    must(cid in pin_ls.sync(client=client).result["Keys"], "pin ls")
    direct = pin_ls.sync(client=client, type_=PinLsType.DIRECT).result
    must(cid not in direct.get("Keys", {}), direct)
    streamed = pin_ls.sync(client=client, stream=True).result
    must(cid in [each["Cid"] for each in streamed], streamed)
    must(pin_rm.sync(client=client, ipfs_path=[cid]).result.pins == [cid], "pin rm")

    must(files_mkdir.sync(client=client, path="/made").success, "files mkdir")
    again = files_mkdir.sync_detailed(client=client, path="/made")
    must(isinstance(again.parsed, FailureAnswer) and not again.parsed.success, again)
    broken = files_rm.sync(client=client, path=["/nothing"])
    must(isinstance(broken, FailureAnswer) and len(broken.result) == 1, broken)
    missing = files_stat.sync_detailed(client=client, path="/nothing")
    must(missing.status_code == 404, missing)
    must(missing.parsed.error.code == FailureCode.NOT_FOUND, missing)
    must(missing.parsed.error.message, missing)


if __name__ == "__main__":
    main()
