// Files and folders dropped anywhere, or chosen, go to `add` in one request with their relative
// paths. XMLHttpRequest does it, for it alone tells how much of a body has been sent while the
// node's own progress comes back.
import {byId, copyButton, element, pathHash, say, sizeText} from "./dom.js";
import {commandUrl, errorOf, headers, Records, RpcError} from "./rpc.js";

const FOLDER_TYPE = "application/x-directory";
const FILE_TYPE = "application/octet-stream";

let afterAdd = () => {};

const fileOf = (entry) => new Promise((done, failed) => entry.file(done, failed));

// readEntries gives a hundred at a time, and nothing at the end.
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function* walk(entry, above = "") {
  const path = above + entry.name;
  if (entry.isFile) {
    yield {path, file: await fileOf(entry)};
    return;
  }
  yield {path};
  for (const each of await entriesOf(entry)) yield* walk(each, path + "/");
}

// The entries must be taken before the first wait: the browser empties the list then.
async function itemsOf(transfer) {
  const taken = [...transfer.items].filter((item) => item.kind === "file").map((item) =>
    ({entry: item.webkitGetAsEntry?.(), file: item.getAsFile()}));
  const items = [];
  for (const {entry, file} of taken) {
    if (!entry) items.push({path: file.name, file});
    else for await (const item of walk(entry)) items.push(item);
  }
  return items;
}

function formOf(items) {
  const form = new FormData();
  for (const {path, file} of items) {
    const blob = file ? file.slice(0, file.size, FILE_TYPE) : new Blob([], {type: FOLDER_TYPE});
    form.append("file", blob, encodeURIComponent(path));
  }
  return form;
}

const rootsOf = (items) => [...new Set(items.map((item) => item.path.split("/")[0]))];

function makeLine(title) {
  const bar = element("progress", {max: 1, value: 0, "aria-label": `Adding ${title}`});
  const text = element("span", {class: "hint"}, "Sending…");
  const stop = element("button", {class: "small", type: "button"}, "Stop");
  const line = element("li", {}, element("strong", {}, title), " ", text, " ", stop, bar);
  byId("added").prepend(line);
  return {line, bar, text, stop};
}

// The records of the node: {Name, Bytes} while it works on a file, {Name, Hash, Size} when done.
class Answer {
  #records = new Records();
  #seen = 0;
  #done = new Map();
  last = null;
  take(text) {
    for (const record of this.#records.take(text.slice(this.#seen))) {
      if (record.Hash) this.last = record;
      else this.#done.set(record.Name, record.Bytes);
    }
    this.#seen = text.length;
  }
  get bytes() { return [...this.#done.values()].reduce((sum, bytes) => sum + bytes, 0); }
}

// Sends, calls onProgress(sent, stored) in bytes; the last record is the root.
function send(items, wrap, onProgress, whenStopped) {
  const options = {progress: true, pin: byId("add-pin").checked, "wrap-with-directory": wrap};
  if (byId("add-v1").checked) options["cid-version"] = 1;
  const request = new XMLHttpRequest();
  const answer = new Answer();
  let sent = 0;
  return new Promise((resolve, reject) => {
    const attempt = (act) => {
      try {
        act();
      } catch (error) {
        reject(error);
        request.abort();
      }
    };
    const read = () => {
      if (request.status === 200) answer.take(request.responseText);
      onProgress(sent, answer.bytes);
    };
    request.upload.onprogress = (event) => {
      sent = event.loaded;
      onProgress(sent, answer.bytes);
    };
    request.onprogress = () => attempt(read);
    request.onerror = () => reject(new RpcError(0, "The node broke the request off."));
    request.onabort = () => reject(new RpcError(0, "Stopped."));
    request.onload = () => attempt(() => {
      if (request.status !== 200) throw errorOf(request.status, request.responseText);
      read();
      if (!answer.last) throw new RpcError(200, "The node named no CID.");
      resolve(answer.last);
    });
    whenStopped(() => request.abort());
    request.open("POST", commandUrl("add", options));
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.send(formOf(items));
  });
}

async function add(items) {
  if (items.length === 0) return;
  location.hash = "#/status";
  const roots = rootsOf(items);
  const title = roots.length === 1 ? roots[0] : `${roots.length} items`;
  const total = items.reduce((sum, item) => sum + (item.file?.size ?? 0), 0);
  const {line, bar, text, stop} = makeLine(title);
  const onProgress = (sent, stored) => {
    bar.value = total === 0 ? 1 : Math.min(1, (sent + stored) / (2 * total));
    text.textContent = `${sizeText(Math.min(sent, total))} sent, ${sizeText(stored)} stored of ` +
      sizeText(total);
  };
  try {
    // Several things side by side have one root only when a folder is put around them.
    const wrap = roots.length > 1 || byId("add-wrap").checked;
    const root = await send(items, wrap, onProgress,
                            (act) => stop.addEventListener("click", act));
    text.replaceChildren(
      element("a", {class: "mono cid", href: pathHash("browse", root.Hash)}, root.Hash), " ",
      copyButton(root.Hash, `the CID of ${title}`), ` ${sizeText(root.Size)}`);
    say("add-said", `${title} was added as ${root.Hash}`);
  } catch (error) {
    text.textContent = error.message;
    text.className = "error";
    say("add-said", `${title} was not added: ${error.message}`);
  }
  stop.remove();
  bar.remove();
  line.dataset.done = "yes";
  afterAdd().catch(() => {});  // A daemon that is away is said by the status itself.
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

function acceptDrops() {
  let depth = 0;  // Each element that the pointer crosses is entered and left.
  const overlay = (seen) => { byId("overlay").hidden = !seen; };
  document.addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) overlay((depth += 1) > 0);
  });
  document.addEventListener("dragleave", (event) => {
    if (carriesFiles(event)) overlay((depth -= 1) > 0);
  });
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    overlay((depth = 0) > 0);
    try {
      await add(await itemsOf(event.dataTransfer));
    } catch (error) {
      say("add-said", `The browser could not read what was dropped: ${error.message}`);
    }
  });
}

export function startAdding(whenAdded) {
  afterAdd = whenAdded;
  acceptDrops();
  for (const kind of ["files", "folder"]) {
    const input = byId(`${kind}-input`);
    byId(`choose-${kind}`).addEventListener("click", () => input.click());
    input.addEventListener("change", async () => {
      const items = [...input.files].map((file) =>
        ({path: file.webkitRelativePath || file.name, file}));
      await add(items);
      input.value = "";
    });
  }
}
