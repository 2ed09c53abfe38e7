#!/usr/bin/env python3
"""The page at /webui in a real browser, against a real daemon: what is dropped onto it is in the
node afterwards, what the node says is on it, names are shown and never run, and the console stays
empty. Pictures of it are kept as the test's output.

    webui_test.py --program build/release/ipfs-kit --pictures FOLDER    77: there is no Chromium
"""
import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "daemon"))

from browser import Browser, find_chromium
from daemons import Daemon

EVIL = "<img src=x onerror=alert(1)>&amp; 100% +ü#?.txt"
POLICY = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'"
METRICS = "/debug/metrics/prometheus"


def expect(truth, words):
    if not truth:
        raise AssertionError(words)


def get(daemon, target, headers=()):
    lines = [f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{daemon.port}", *headers]
    return daemon.exchange("\r\n".join(lines).encode() + b"\r\n\r\n")


def records(daemon, call):
    return [json.loads(line) for line in daemon.post(call).body.splitlines()]


class Webui:
    def __init__(self, daemon, browser, pictures):
        self.daemon, self.browser, self.pictures = daemon, browser, pictures
        self.url = f"http://127.0.0.1:{daemon.port}/webui"
        self.folder = daemon.folder / "to add"

    def picture(self, name):
        self.browser.picture(self.pictures / f"{name}.png")

    def go(self, place):
        self.browser.run(f"location.hash = {json.dumps(place)}")

    def files_are_served_safely(self):
        page = get(self.daemon, "/webui")
        fields = dict(page.fields)
        expect(page.status == 200 and page.body.startswith(b"<!doctype html>"), page.text())
        expect(fields["Content-Security-Policy"] == POLICY, fields)
        expect(fields["X-Content-Type-Options"] == "nosniff", fields)
        again = get(self.daemon, "/webui", [f"If-None-Match: {fields['ETag']}"])
        expect(again.status == 304 and again.body == b"", again.text())
        expect(get(self.daemon, "/webui/../config").status == 404, "a path out of the page")
        kind = dict(get(self.daemon, "/webui/app.js").fields)["Content-Type"]
        expect(kind == "text/javascript; charset=utf-8", kind)

    def the_status_is_the_nodes(self):
        self.browser.open(self.url)
        peer = records(self.daemon, "id")[0]["ID"]
        self.browser.wait(f"document.getElementById('peer-id').textContent === '{peer}'")
        self.browser.wait("/[0-9]/.test(document.getElementById('store-size').textContent)")
        repo = self.browser.run("document.getElementById('repo-path').textContent")
        expect(repo == str(self.daemon.repo), repo)
        if self.has_metrics():
            self.browser.wait("/B\\/s$/.test(document.getElementById('rate-out').textContent)")
            self.browser.wait("document.getElementById('graph-out').points.numberOfItems >= 2")
        else:
            self.browser.wait("!document.getElementById('transfer-none').hidden")
        self.picture("status")

    def has_metrics(self):
        return get(self.daemon, METRICS).status == 200

    def added_cid(self, count):
        """The CID that the newest of `count` finished lines shows."""
        self.browser.wait(
            f"document.querySelectorAll('#added li[data-done]').length === {count}")
        return self.browser.run("document.querySelector('#added li .cid')?.textContent") or \
            self.browser.run("document.querySelector('#added li').textContent")

    def a_dropped_file_is_added(self):
        content = b"hello from a browser\n"
        path = self.folder / EVIL
        path.write_bytes(content)
        self.browser.drop([path])
        cid = self.added_cid(1)
        answer = self.daemon.post(f"cat?arg={cid}")
        expect(answer.body == content, f"{cid}: {answer.text()}")
        text = self.browser.run("document.querySelector('#added li strong').textContent")
        expect(text == EVIL, text)
        buttons = self.browser.run("document.querySelectorAll('#added li button').length")
        expect(buttons == 1, f"{buttons} buttons; there must be the one that copies")

    def a_dropped_folder_keeps_its_paths(self):
        top = self.folder / "holiday"
        (top / "day 1").mkdir(parents=True)
        (top / "empty").mkdir()
        (top / "day 1" / EVIL).write_bytes(b"evil\n")
        (top / "large.bin").write_bytes(bytes(3 << 20))
        self.browser.drop([top])
        self.cid = self.added_cid(2)
        links = records(self.daemon, f"ls?arg={self.cid}")[0]["Objects"][0]["Links"]
        expect([link["Name"] for link in links] == ["day 1", "empty", "large.bin"], links)
        expect(links[2]["Size"] == 3 << 20, links)
        below = records(self.daemon, f"ls?arg={self.cid}/day%201")[0]["Objects"][0]["Links"]
        expect([link["Name"] for link in below] == [EVIL], below)
        self.picture("added")

    def a_folder_can_be_browsed_and_a_file_downloaded(self):
        self.go(f"#/browse/{self.cid}/day%201")
        self.browser.wait("document.querySelectorAll('#browse-content tbody tr').length === 1")
        name = self.browser.run("document.querySelector('#browse-content tbody a').textContent")
        expect(name == EVIL, name)
        self.browser.run("document.querySelector('#browse-content button:last-of-type').click()")
        begun = self.browser.wait_event("Browser.downloadWillBegin")
        self.browser.wait_event("Browser.downloadProgress",
                                lambda progress: progress["state"] == "completed")
        stored = (self.browser.downloads / begun["guid"]).read_bytes()
        expect(stored == b"evil\n", stored)
        self.browser.run("document.querySelector('#browse-crumbs a').click()")
        self.browser.wait("document.querySelectorAll('#browse-content tbody tr').length === 3")
        self.picture("browse")
        self.go(f"#/browse/{self.cid}/large.bin")
        self.browser.wait(
            "/A file of 3.00 MiB/.test(document.getElementById('browse-content').innerText)")

    def unpinning_asks_first(self):
        rows = f"document.querySelectorAll('#pins-content [aria-label=\"Unpin {self.cid}\"]')"
        self.go("#/pins")
        self.browser.wait(f"{rows}.length === 1")
        self.picture("pins")
        self.browser.run(f"{rows}[0].click()")
        self.browser.wait("document.getElementById('confirm').open")
        self.browser.press("Escape")
        self.browser.wait("!document.getElementById('confirm').open")
        pinned = [pin["Cid"] for pin in records(self.daemon, "pin/ls?stream=true&type=recursive")]
        expect(self.cid in pinned, "a question that was refused unpinned all the same")
        self.browser.run(f"{rows}[0].click()")
        self.browser.wait("document.getElementById('confirm').open")
        self.browser.run("document.getElementById('confirm-yes').click()")
        self.browser.wait(f"{rows}.length === 0")
        pinned = [pin["Cid"] for pin in records(self.daemon, "pin/ls?stream=true&type=recursive")]
        expect(self.cid not in pinned, "it is still pinned")

    def everything_has_a_name_and_the_keyboard_reaches_it(self):
        self.browser.open(self.url + "?again")
        self.browser.press("Tab")
        first = self.browser.run("document.activeElement.textContent")
        expect(first == "Skip to the content", first)
        nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
        roles = {"button", "textbox", "checkbox", "link", "combobox", "meter", "img"}
        controls = [node for node in nodes if not node["ignored"] and
                    node["role"]["value"] in roles]
        nameless = [node for node in controls if not node.get("name", {}).get("value")]
        expect(len(controls) >= 10 and not nameless, nameless)

    def it_is_dark_when_the_system_is(self):
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        light = self.browser.run(ground)
        self.browser.call("Emulation.setEmulatedMedia",
                          features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.browser.wait("document.getElementById('peer-id').textContent.length > 20")
        expect(self.browser.run(ground) != light, "the ground has the same colour")
        self.picture("status-dark")

    def the_console_is_empty(self):
        complaints = self.browser.complaints()
        if not self.has_metrics():
            complaints = [each for each in complaints if METRICS not in each]
        expect(not complaints, complaints)

    # After the console was looked at: browsers write each answer of 500 into it.
    def what_is_empty_or_not_there_is_said(self):
        self.go(f"#/browse/{self.cid}/empty")
        self.browser.wait("/is empty/.test(document.getElementById('browse-content').innerText)")
        missing = "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
        self.go(f"#/browse/{missing}")
        self.browser.wait(f"/{missing}/.test("
                          "document.querySelector('#browse-content .error').textContent)")

    def files_are_shown_where_the_node_has_them(self):
        has = self.daemon.post("files/ls?arg=/").status == 200
        self.browser.wait(f"document.getElementById('files-link').hidden === {json.dumps(not has)}")
        if has:
            self.daemon.post("files/mkdir?arg=/photos")
            self.go("#/files")
            self.browser.wait("/photos/.test(document.getElementById('files-content').innerText)")
            self.picture("files")


STEPS = [Webui.files_are_served_safely, Webui.the_status_is_the_nodes,
         Webui.a_dropped_file_is_added, Webui.a_dropped_folder_keeps_its_paths,
         Webui.a_folder_can_be_browsed_and_a_file_downloaded, Webui.unpinning_asks_first,
         Webui.everything_has_a_name_and_the_keyboard_reaches_it,
         Webui.it_is_dark_when_the_system_is, Webui.files_are_shown_where_the_node_has_them,
         Webui.the_console_is_empty, Webui.what_is_empty_or_not_there_is_said]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    options = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("left out: there is no chromium (apt-get install chromium, or set KIT_CHROMIUM)")
        return 77
    options.pictures.mkdir(parents=True, exist_ok=True)
    with Daemon(options.program) as daemon, Browser(chromium) as browser:
        webui = Webui(daemon, browser, options.pictures)
        webui.folder.mkdir()
        for step in STEPS:
            step(webui)
            print(f"ok  {step.__name__.replace('_', ' ')}", flush=True)
    print(f"pictures: {options.pictures}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
