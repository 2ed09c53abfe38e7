"""A headless Chromium driven over the DevTools protocol, by a pair of pipes: nothing but Python's
standard library (https://chromedevtools.github.io/devtools-protocol/)."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_S = 60


def find_chromium():
    """The program, or None."""
    names = [os.environ.get("KIT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


class Browser:
    """`with Browser(program) as browser:`; one page, its events kept in `events`."""

    def __init__(self, program):
        self.folder = Path(tempfile.mkdtemp(prefix="kit-browser-"))
        self.downloads = self.folder / "downloads"
        self.downloads.mkdir()
        self.number, self.session, self.rest, self.events = 0, None, b"", []
        their_in, self.out = os.pipe()
        self.into, their_out = os.pipe()
        # The browser reads from descriptor 3 and writes to 4; a shell gives them these numbers.
        self.log = open(self.folder / "log", "wb")
        words = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                 "--disable-dev-shm-usage", "--disable-background-networking",
                 "--disable-component-update", "--window-size=1200,900",
                 f"--user-data-dir={self.folder / 'profile'}", "--remote-debugging-pipe"]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{their_in} 4>&{their_out}', "bash", *words],
            pass_fds=(their_in, their_out), stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, env={**os.environ, "HOME": str(self.folder)})
        os.close(their_in)
        os.close(their_out)

    def __enter__(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "DOM", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call("Browser.setDownloadBehavior", behavior="allowAndName", eventsEnabled=True,
                  downloadPath=str(self.downloads))
        return self

    def __exit__(self, *_):
        os.close(self.out)  # It ends when nobody can speak to it.
        try:
            self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.into)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    def _next(self, patience_s=PATIENCE_S):
        """The next message; events are kept as well."""
        end = time.monotonic() + patience_s
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.into], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.into, 1 << 20) if ready else b""
            if not piece:
                raise AssertionError("the browser says nothing; its log ends with:\n" +
                                     (self.folder / "log").read_text(errors="replace")[-2000:])
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message

    def wait_event(self, method, accept=lambda parameters: True):
        seen = 0
        while True:
            for event in self.events[seen:]:
                if event["method"] == method and accept(event["params"]):
                    return event["params"]
            seen = len(self.events)
            self._next()

    def run(self, expression):
        """The value of a JavaScript expression; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True,
                           returnByValue=True, userGesture=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, expression):
        """Until the expression is true in the page: its value. The page looks at each change."""
        value = self.run(f"""new Promise((done, failed) => {{
            const end = performance.now() + {PATIENCE_S * 500};
            const look = () => {{
                let value = null;
                try {{ value = {expression}; }} catch {{ /* Not there yet. */ }}
                if (value) done(value);
                else if (performance.now() > end) done(null);
                else setTimeout(look, 50);
            }};
            look();
        }})""")
        if not value:
            text = self.run("document.body.innerText")
            raise AssertionError(f"never true: {expression}\nThe page says:\n{text[:3000]}")
        return value

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def picture(self, path):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def press(self, key):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=codes[key], **(text if kind == "keyDown" else {}))

    def drop(self, paths):
        """Real files and folders, dragged into the page and let go."""
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=300, y=300, data=data)

    def complaints(self):
        """What the console shows as an error, and what was thrown and not caught."""
        found = []
        for event in self.events:
            parameters = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"].get("exception", {}).get(
                    "description", parameters["exceptionDetails"]["text"]))
            elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] == "error":
                found.append(json.dumps(parameters["args"]))
            elif event["method"] == "Log.entryAdded" and parameters["entry"]["level"] == "error":
                found.append(f"{parameters['entry']['text']} {parameters['entry'].get('url')}")
            elif event["method"] == "Page.javascriptDialogOpening":
                found.append(f"a dialog: {parameters['message']}")
        return found
