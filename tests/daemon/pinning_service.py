"""A strict pinning service for tests: it checks every request against the specification, keeps its
state in memory, and can be slow, fail and answer nonsense.

https://ipfs.github.io/pinning-services-api-spec/

What a pin's name says happens to it: "slow" takes three looks until it is pinned, "fails" is failed
at the second, "full" gets 507, "boom" 500 with the error of the specification, "html" 502 from some
proxy, "empty" 500 with nothing, "moved" 302, "stuck" is queued for ever. What breaks the
specification is kept in `faults`.
"""
import json
import re
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

KEY = "the-right-key"
STATUSES = ("queued", "pinning", "pinned", "failed")
CID = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{4,}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
BEGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)
ANSWERS = {
    "full": (507, {"error": {"reason": "INSUFFICIENT_FUNDS", "details": 'no "room" left\n'}}),
    "boom": (500, {"error": {"reason": "INTERNAL_SERVER_ERROR"}}),
    "html": (502, "<html>Bad Gateway</html>"),
    "empty": (500, ""),
}


class Fault(Exception):
    """A request that the specification does not allow."""


class PinningService(ThreadingHTTPServer):
    """`with PinningService() as service:`; its endpoint is service.endpoint."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}/api"
        self.lock, self.pins, self.faults, self.bodies, self.count = threading.Lock(), {}, [], [], 0

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Kubo leaves its other requests when one has failed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def add(self, pin):
        self.count += 1
        created = BEGIN + timedelta(milliseconds=1500 * self.count)
        stamp = created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        found = {"requestid": f"request/{self.count} x", "created": stamp, "pin": pin, "looks": 0,
                 "status": "queued", "delegates": []}
        self.pins[found["requestid"]] = found
        return found

    def look(self, pin):
        """Every look brings a pin on."""
        pin["looks"] += 1
        name = pin["pin"].get("name", "")
        if name == "slow":
            pin["status"] = STATUSES[min(pin["looks"] - 1, 2)]
        elif name == "fails":
            pin["status"] = "pinning" if pin["looks"] < 2 else "failed"
        elif name != "stuck":
            pin["status"] = "pinned"
        return pin


def moment(stamp):
    return datetime.fromisoformat(stamp)


def check_pin(text):
    pin = json.loads(text)
    if not isinstance(pin, dict) or set(pin) - {"cid", "name", "origins", "meta"}:
        raise Fault("a Pin has cid, name, origins and meta")
    if not isinstance(pin.get("cid"), str) or not CID.fullmatch(pin["cid"]):
        raise Fault(f"no CID: {pin.get('cid')!r}")
    if not isinstance(pin.get("name", ""), str) or len(pin.get("name", "")) > 255:
        raise Fault("no name")
    if not all(isinstance(each, str) for each in pin.get("origins", [])):
        raise Fault("no origins")
    return pin


def check_query(query):
    asked = {"limit": 10, "status": ["pinned"], "cid": [], "name": "", "before": ""}
    for key, value in parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)):
        if key == "limit" and value.isdigit() and 1 <= int(value) <= 1000:
            asked[key] = int(value)
        elif key == "status" and set(value.split(",")) <= set(STATUSES):
            asked[key] = value.split(",")
        elif key == "cid" and all(CID.fullmatch(each) for each in value.split(",")):
            asked[key] = value.split(",")
        elif key == "before" and STAMP.fullmatch(value):
            asked[key] = value
        elif key == "name" and 0 < len(value) <= 255:
            asked[key] = value
        else:
            raise Fault(f"no filter: {key}={value}")
    return asked


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        text = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        kind = "text/html" if isinstance(body, str) else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def shown(self, pin):
        return {key: value for key, value in pin.items() if key != "looks"}

    def handle_one(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        try:
            with self.server.lock:
                self.serve(url, body)
        except (Fault, ValueError) as fault:
            self.server.faults.append(f"{self.command} {self.path}: {fault}")
            self.answer(400, {"error": {"reason": "BAD_REQUEST", "details": str(fault)}})

    do_GET = do_POST = do_DELETE = do_PUT = handle_one

    def serve(self, url, body):
        if self.headers.get("Transfer-Encoding"):
            raise Fault("chunks are not taken here")
        if "application/json" not in self.headers.get("Accept", ""):
            raise Fault("JSON must be accepted")
        if self.headers.get("Authorization") != f"Bearer {KEY}":
            details = "Access token is missing or invalid"
            return self.answer(401, {"error": {"reason": "UNAUTHORIZED", "details": details}})
        parts = url.path.split("/")
        if parts[:3] != ["", "api", "pins"] or len(parts) > 4:
            raise Fault("no such path")
        if len(parts) == 4:
            return self.serve_one(unquote(parts[3]))
        if self.command == "POST":
            return self.serve_new(body)
        if self.command != "GET" or body:
            raise Fault("no such method")
        self.serve_list(check_query(url.query))

    def serve_new(self, body):
        if self.headers.get("Content-Type", "").split(";")[0] != "application/json":
            raise Fault("a Pin is JSON")
        pin = check_pin(body)
        self.server.bodies.append(pin)
        if pin.get("name") in ANSWERS:
            return self.answer(*ANSWERS[pin["name"]])
        if pin.get("name") == "moved":
            return self.answer(302, "elsewhere")
        self.answer(202, self.shown(self.server.add(pin)))

    def serve_one(self, request_id):
        pin = self.server.pins.get(request_id)
        if pin is None:
            return self.answer(404, {"error": {"reason": "NOT_FOUND", "details": request_id}})
        if self.command == "DELETE":
            del self.server.pins[request_id]
            self.send_response(202)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if self.command != "GET":
            raise Fault("no such method")
        self.answer(200, self.shown(self.server.look(pin)))

    def serve_list(self, asked):
        found = [pin for pin in self.server.pins.values()
                 if pin["status"] in asked["status"]
                 and (not asked["cid"] or pin["pin"]["cid"] in asked["cid"])
                 and (not asked["name"] or pin["pin"].get("name") == asked["name"])
                 and (not asked["before"] or moment(pin["created"]) < moment(asked["before"]))]
        found.sort(key=lambda pin: pin["created"], reverse=True)
        page = [self.shown(pin) for pin in found[:asked["limit"]]]
        self.answer(200, {"count": len(found), "results": page})
