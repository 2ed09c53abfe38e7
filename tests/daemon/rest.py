#!/usr/bin/env python3
"""The REST door of a running daemon: its document, its page, its records.

    rest.py --program OURS

Records and lists, NDJSON, bytes, parameters in a body, refusals by code and status, who may call,
and the correlation id. What a client made by a generator sees is rest_client.py's.
"""
import argparse
import http.client
import json
import re
import sys

from daemons import FILE, MULTIPART, Daemon, multipart

CHECKS = []
CONTENT = b"some content\n"
NDJSON = ("Accept", "application/x-ndjson")
JSON = ("Content-Type", "application/json")


def check(function):
    CHECKS.append(function)
    return function


def must(condition, *what):
    if not condition:
        raise AssertionError(" ".join(map(str, what)))


def ask(daemon, path, body=b"", headers=(), method="POST"):
    """The answer of /api/v1/<path>."""
    return daemon.post(path, body, headers, method, root="/api/v1/")


def field(answer, name):
    return next((value for key, value in answer.fields if key.lower() == name.lower()), None)


def record(answer, status=200):
    """The one record of an answer, with what every record has."""
    must(answer.status == status, "status", answer.text())
    must(field(answer, "Content-Type") == "application/json", answer.text())
    read = json.loads(answer.body)
    for name, kind in (("success", bool), ("operation", str), ("correlation_id", str)):
        must(isinstance(read.get(name), kind), name, "in", read)
    must(field(answer, "X-Correlation-Id") == read["correlation_id"], answer.text())
    return read


def refused(answer, status, code):
    read = record(answer, status)
    must(not read["success"] and read["error"]["code"] == code, "not", code, read)
    must(read["error"]["message"], "no message", read)
    return read


def add(daemon, *files):
    parts = multipart(*(("path", name, FILE, content) for name, content in files))
    return ask(daemon, "add", parts, (MULTIPART,))


@check
def the_document_is_whole(daemon):
    """It is JSON, each reference leads somewhere, and a client that has it is told so."""
    answer = ask(daemon, "openapi.json", method="GET")
    must(answer.status == 200 and field(answer, "Content-Type") == "application/json")
    document = json.loads(answer.body)
    must(document["openapi"] == "3.1.0" and len(document["paths"]) > 140)
    for reference in set(re.findall(rb'"\$ref":"#/([^"]+)"', answer.body)):
        place = document
        for step in reference.decode().split("/"):
            place = place[step]
    again = ask(daemon, "openapi.json", headers=(("If-None-Match", field(answer, "ETag")),),
                method="GET")
    must(again.status == 304 and not again.body, again.text())


def mismatch(value, schema, document):
    """Where a value is not as a schema of the document says; "" when it is."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return mismatch(value, document["components"]["schemas"][name], document)
    if "oneOf" in schema:
        told = [mismatch(value, each, document) for each in schema["oneOf"]]
        return "" if told.count("") == 1 else f"one of {told}"
    kinds = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list,
             "object": dict}
    kind = schema["type"]
    if isinstance(kind, list):  # "null" comes second.
        if value is None:
            return ""
        kind = kind[0]
    if not isinstance(value, kinds[kind]):
        return f"{value!r} is no {kind}"
    if kind == "array":
        return next((told for each in value
                     if (told := mismatch(each, schema.get("items", {}), document))), "")
    if kind == "object":
        properties = schema.get("properties", {})
        if missing := set(schema.get("required", [])) - set(value):
            return f"{missing} missing in {value}"
        if unknown := set(value) - set(properties):
            return f"{unknown} unknown in {value}"
        return next((f"{name}: {told}" for name, each in value.items()
                     if (told := mismatch(each, properties[name], document))), "")
    return ""


@check
def results_are_as_the_document_says(daemon):
    """Each operation whose results it describes, with a real answer; no member may be unknown."""
    document = json.loads(ask(daemon, "openapi.json", method="GET").body)
    cid = record(add(daemon, ("a.txt", CONTENT), ("b.txt", b"b")))["result"][0]["Hash"]
    put = multipart(("object data", "x", FILE, b'{"a":[1]}'))
    wrapped = ask(daemon, "add?wrap-with-directory=true", multipart(
        ("path", "in a folder", FILE, CONTENT)), (MULTIPART,))
    tree = record(wrapped)["result"][-1]["Hash"]
    record(ask(daemon, f"files/cp?source=/ipfs/{cid}&dest=/described"))
    key = record(ask(daemon, "key/gen?name=described"))["result"]["Id"]
    block = ask(daemon, "block/put", multipart(("data", "x", FILE, b"loose")), (MULTIPART,))
    node = record(ask(daemon, "dag/put", put, (MULTIPART,)))["result"][0]["Cid"]["/"]
    asked = {
        "add": wrapped, "block/put": block, "block/stat": f"cid={cid}",
        "dag/put": ask(daemon, "dag/put", put, (MULTIPART,)), "dag/resolve": f"ref={node}/a",
        "dag/stat": f"root={tree}", "files/ls": "long=true", "files/stat": "path=/described",
        "id": "", "key/gen": "name=another", "key/ls": "l=true", "ls": f"ipfs-path={tree}",
        "name/publish": f"ipfs-path={cid}&allow-offline=true&key=described",
        "name/resolve": f"name={key}", "pin/add": f"ipfs-path={cid}",
        "pin/remote/service/ls": "stat=true", "pin/rm": f"ipfs-path={tree}",
        "refs": f"ipfs-path={tree}", "refs/local": "", "repo/gc": "", "repo/stat": "",
        "repo/verify": "", "resolve": f"name={cid}", "version": ""}
    record(ask(daemon, "pin/remote/service/add?service=none&endpoint=http://127.0.0.1:1&key=k"))
    described = {name[:-6] for name in document["components"]["schemas"]
                 if name.endswith("Result")}
    wrong = {}
    for path, words in asked.items():
        answer = ask(daemon, f"{path}?{words}") if isinstance(words, str) else words
        schema = document["paths"]["/" + path]["post"]["responses"]["200"]["content"]
        reference = schema["application/json"]["schema"]
        if told := mismatch(record(answer), reference, document):
            wrong[path] = told
        described.discard(reference["$ref"].split("/")[-1].removesuffix("Answer"))
    must(not wrong, "not as described:", wrong)
    # These two need a service: tests/daemon/pin_remote.py has their fields.
    must(described == {"PinRemoteAdd", "PinRemoteLs"}, "described and not asked:", described)


@check
def the_page_reads_by_itself(daemon):
    """It holds every operation and loads nothing from elsewhere."""
    page = ask(daemon, "docs", method="GET")
    must(page.status == 200 and b"/api/v1/pin/add" in page.body)
    must("default-src 'self'" in field(page, "Content-Security-Policy"))
    for link in re.findall(rb'(?:src|href)="([^"#]+)"', page.body):
        must(link.startswith((b"/api/v1/", b"/webui/")), link)
        must(daemon.post(link.decode(), method="GET", root="").status == 200, link)
    must(ask(daemon, "", method="GET").status == 307, "no way to the page")


@check
def a_list_and_a_record(daemon):
    """add gives a list, pin/ls one result or, streamed, a list; shutdown's kind has none."""
    read = record(add(daemon, ("a.txt", CONTENT), ("b.txt", b"b")))
    must(read["success"] and read["operation"] == "add", read)
    must([each["Name"] for each in read["result"]] == ["a.txt", "b.txt"], read)
    cid = read["result"][0]["Hash"]
    must(cid == json.loads(daemon.post("add", multipart(("file", "a.txt", FILE, CONTENT)),
                                       (MULTIPART,)).body)["Hash"], "the RPC adds another")
    pins = record(ask(daemon, "pin/ls"))["result"]["Keys"]
    must(cid in pins, pins)
    streamed = record(ask(daemon, "pin/ls?stream=true&type=recursive"))["result"]
    must(cid in [each["Cid"] for each in streamed], streamed)
    must(record(ask(daemon, "diag/healthy"))["result"] == "ok", "a result may be a text")
    made = record(ask(daemon, "files/mkdir?path=/made&parents=true"))
    must(made["success"] and "result" not in made, made)


@check
def lines_for_who_accepts_them(daemon):
    """A record on each line, and the last one says that it was all, or what was wrong."""
    answer = ask(daemon, "refs/local", headers=(NDJSON,))
    must(field(answer, "Content-Type") == "application/x-ndjson", answer.text())
    lines = [json.loads(line) for line in answer.body.splitlines()]
    must(lines[-1]["end"] is True and lines[-1]["count"] == len(lines) - 1 > 1, lines)
    must(all(line["success"] and line["result"]["Ref"] for line in lines[:-1]), lines)
    must(len({line["correlation_id"] for line in lines}) == 1, lines)
    cid = record(add(daemon, ("a.txt", CONTENT)))["result"][0]["Hash"]
    broken = ask(daemon, f"refs?ipfs-path={cid}&ipfs-path={cid}/nothing&ipfs-path=x",
                 headers=(("Accept", "text/html, application/x-ndjson;q=0.9"),))
    last = json.loads(broken.body.splitlines()[-1])
    must(not last["success"] and last["error"]["message"], broken.text())


@check
def a_long_list_streams(daemon):
    """More than is held back: one record all the same."""
    files = [(f"file-{i:05}-{'x' * 40}", b"%d" % i) for i in range(1500)]
    answer = add(daemon, *files)
    must(len(answer.body) > 150_000, len(answer.body))
    read = record(answer)
    must(read["success"] and len(read["result"]) == 1500, len(read["result"]))


@check
def failures_after_much_was_sent(daemon):
    """A list is ended and says so, lines too; bytes break off, so that nobody takes them whole."""
    files = [(f"file-{i:05}", b"%d" % i) for i in range(2000)]
    cut = multipart(*(("path", name, FILE, content) for name, content in files))[:-40]
    whole = record(ask(daemon, "add", cut, (MULTIPART,)))  # Its status was out long before.
    must(not whole["success"] and whole["error"]["message"], whole.get("error"))
    must(len(whole["result"]) > 1000 and whole["result"][0]["Hash"], len(whole["result"]))
    lines = ask(daemon, "add", cut, (MULTIPART, NDJSON)).body.splitlines()
    must(len(lines) > 1000 and json.loads(lines[0])["success"], len(lines))
    end = json.loads(lines[-1])
    must(not end["success"] and end["error"]["message"] and "end" not in end, end)

    parts = multipart(("path", "large", FILE, b"".join(b"%09d\n" % i for i in range(100_000))))
    large = record(ask(daemon, "add?pin=false&chunker=size-100000", parts,
                       (MULTIPART,)))["result"][-1]["Hash"]
    links = record(ask(daemon, f"refs?ipfs-path={large}"))["result"]
    record(ask(daemon, f"block/rm?cid={links[-1]['Ref']}&force=true"))
    try:
        broken = ask(daemon, f"cat?ipfs-path={large}")
    except (http.client.IncompleteRead, ConnectionError):
        return
    must("(broken off)" in broken.trailer and len(broken.body) < 1_000_000, broken.text()[-200:])


@check
def bytes_are_bytes(daemon):
    """cat, its range, and a CAR by its own type where that is asked for."""
    cid = record(add(daemon, ("a.txt", CONTENT)))["result"][0]["Hash"]
    whole = ask(daemon, f"cat?ipfs-path={cid}", headers=(("X-Correlation-Id", "mine"),))
    must(whole.body == CONTENT and field(whole, "Content-Type") == "application/octet-stream")
    must(field(whole, "X-Correlation-Id") == "mine", whole.text())
    must(ask(daemon, f"cat?ipfs-path={cid}&offset=5&length=7").body == CONTENT[5:12])
    car = "application/vnd.ipld.car"
    for accept, kind in ((car, car), ("*/*", "application/octet-stream")):
        answer = ask(daemon, f"dag/export?root={cid}", headers=(("Accept", accept),))
        must(field(answer, "Content-Type") == kind and CONTENT in answer.body, answer.text())


@check
def parameters_in_a_body(daemon):
    """A JSON object means what the query means."""
    cids = [each["Hash"] for each in record(add(daemon, ("a", b"1"), ("b", b"2")))["result"]]
    body = json.dumps({"ipfs-path": cids, "recursive": True}).encode()
    pins = record(ask(daemon, "pin/rm", body, (JSON,)))["result"]
    must(sorted(pins["Pins"]) == sorted(cids), pins)
    refused(ask(daemon, "pin/rm", b"[1]", (JSON,)), 400, "invalid_argument")


@check
def failures_have_status_and_code(daemon):
    """By the kind of the failure, before anything was answered."""
    refused(ask(daemon, "cat"), 400, "invalid_argument")
    refused(ask(daemon, "cat?ipfs-path=nonsense"), 400, "invalid_argument")
    refused(ask(daemon, "cat?arg=x"), 400, "invalid_argument")
    refused(ask(daemon, "cat?ipfs-path=x&offset=abc"), 400, "invalid_argument")
    refused(ask(daemon, "cat?ipfs-path=x&timeout=abc"), 400, "invalid_argument")
    refused(ask(daemon, "add"), 400, "invalid_argument")
    refused(ask(daemon, "files/stat?path=/nothing"), 404, "not_found")
    broken = refused(ask(daemon, "files/rm?path=/nothing"), 400, "invalid_argument")
    must(broken["result"] == ["/nothing: file does not exist"], broken)
    must(refused(ask(daemon, "nothing/here"), 404, "not_found")["operation"] == "")
    refused(ask(daemon, "pin/add/x"), 404, "not_found")
    refused(ask(daemon, "init"), 404, "not_found")  # It is the command line's alone.
    got = ask(daemon, "version", method="GET")
    must(refused(got, 405, "invalid_argument")["operation"] == "version")
    must(field(got, "Allow") == "OPTIONS, POST", got.text())
    refused(ask(daemon, "swarm/peers"), 503, "offline")


@check
def a_page_of_another_site_is_refused(daemon):
    """Origin, Referer and a browser that hides both, as at /api/v0."""
    for headers in ((("Origin", "https://evil.example"),), (("Referer", "https://evil.example/"),),
                    (("User-Agent", "Mozilla/5.0"),)):
        refused(ask(daemon, "version", headers=headers), 403, "permission_denied")
    own = (("Origin", "http://127.0.0.1:<port>"),)
    answer = ask(daemon, "version", headers=own)
    must(record(answer)["success"])
    must(field(answer, "Access-Control-Allow-Origin") == f"http://127.0.0.1:{daemon.port}")


@check
def the_correlation_id_is_the_clients(daemon):
    """X-Correlation-Id, else the trace, else one of our own."""
    def sent(*headers):
        return record(ask(daemon, "version", headers=headers))["correlation_id"]
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    must(sent(("X-Correlation-Id", "job-7")) == "job-7")
    must(sent(("traceparent", f"00-{trace}-00f067aa0ba902b7-01")) == trace)
    made = sent(("X-Correlation-Id", "<script>"))
    must(re.fullmatch("[0-9a-f]{32}", made) and made != sent(), made)


@check
def diag_cmds_lists_both_doors(daemon):
    """What runs at either is one list."""
    record(ask(daemon, "diag/cmds/set-time?time=1h"))
    daemon.post("id")
    record(ask(daemon, "version"))
    listed = {each["Command"] for each in record(ask(daemon, "diag/cmds"))["result"]}
    must({"id", "version"} <= listed, listed)


def secrets(program):
    """API.Authorizations: a path of the RPC stands for the same command here."""
    rules = {"pins": {"AuthSecret": "bearer:k", "AllowedPaths": ["/api/v0/pin"]},
             "rest": {"AuthSecret": "bearer:r", "AllowedPaths": ["/api/v1/files"]}}
    with Daemon(program, config=(("API.Authorizations", json.dumps(rules)),)) as daemon:
        def with_secret(secret, path):
            return ask(daemon, path, headers=(("Authorization", f"Bearer {secret}"),))
        must(record(with_secret("k", "pin/ls"))["success"])
        must(record(with_secret("k", "version"))["success"])
        must(record(with_secret("r", "files/ls"))["success"])
        refused(with_secret("k", "repo/stat"), 403, "permission_denied")
        refused(with_secret("x", "pin/ls"), 403, "permission_denied")
        refused(ask(daemon, "pin/ls"), 403, "permission_denied")
        rpc = daemon.post("files/ls", headers=(("Authorization", "Bearer r"),))
        must(rpc.status == 403, "a path of REST opened the RPC", rpc.text())
        must(ask(daemon, "openapi.json", method="GET").status == 200)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    failed = 0
    with Daemon(options.program) as daemon:
        for function in [*CHECKS, secrets]:
            try:
                function(options.program if function is secrets else daemon)
                print(f"ok  {function.__name__}")
            except AssertionError as error:
                failed += 1
                print(f"FAILED  {function.__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
