// What is pinned, a page at a time from the stream, and unpinning after a question.
import {byId, confirmed, copyButton, countOf, element, errorLine, latest, pager, pathHash, table,
        takePage} from "./dom.js";
import {call, stream} from "./rpc.js";

const PAGE_SIZE = 50;
const alone = latest();
let page = 0;

async function unpin(pin) {
  const name = pin.Name ? ` (${pin.Name})` : "";
  const question = `Unpin ${pin.Cid}${name}? Its blocks may then be collected.`;
  if (!await confirmed(question, "Unpin")) return;
  try {
    await call("pin/rm", {arg: pin.Cid, recursive: pin.Type === "recursive"});
    await showPins();
  } catch (error) {
    byId("pins-content").prepend(errorLine(error));
  }
}

function rowOf(pin) {
  const acts = element("span", {}, copyButton(pin.Cid, `the CID ${pin.Cid}`));
  if (pin.Type === "recursive" || pin.Type === "direct") {
    acts.append(" ", element("button", {class: "small danger", "aria-label": `Unpin ${pin.Cid}`,
                                        onclick: () => unpin(pin)}, "Unpin"));
  }
  return [element("a", {class: "mono", href: pathHash("browse", pin.Cid)}, pin.Cid),
          pin.Name ?? "", pin.Type, acts];
}

export async function showPins() {
  const content = byId("pins-content");
  await alone(async (signal) => {
    content.setAttribute("aria-busy", "true");
    const type = byId("pins-type").value;
    const options = {stream: true, names: true, type};
    const {rows, more} = await takePage(stream("pin/ls", options, signal), page, PAGE_SIZE);
    signal.throwIfAborted();
    content.removeAttribute("aria-busy");
    if (rows.length === 0 && page > 0) return go(0);
    if (rows.length === 0) {
      content.replaceChildren(element("p", {class: "empty"}, "Nothing is pinned so."));
      return;
    }
    content.replaceChildren(
      table(countOf(rows.length, "pin", "pins") + ` from number ${page * PAGE_SIZE + 1}`,
            [["CID"], ["Name"], ["Type"], ["Actions", "acts"]], rows.map(rowOf)),
      pager(page, more, go));
  });
}

async function go(to) {
  page = to;
  try {
    await showPins();
  } catch (error) {
    byId("pins-content").replaceChildren(errorLine(error));
  }
}

export function startPins() {
  byId("pins-type").addEventListener("change", () => go(0));
}
