// A CID or path as a person sees it: a folder's entries, or a file that can be opened.
import {byId, copyButton, countOf, crumbs, download, element, errorLine, latest, pager, pathHash,
        sizeText, table, takePage} from "./dom.js";
import {open, stream} from "./rpc.js";

const PAGE_SIZE = 200;
const KINDS = {1: "Folder", 2: "File", 4: "Symbolic link"};  // UnixFS data types.
const alone = latest();

// "ipfs://X/a", "/ipfs/X/a" and "X/a" to ["X", "a"]; "/ipns/X" stays an IPNS path.
function partsOf(text) {
  const parts = text.trim().replace(/^(ip[fn]s):\/\//, "/$1/").split("/").filter(Boolean);
  return parts[0] === "ipfs" ? parts.slice(1) : parts;
}

const pathOf = (parts) => `/${parts[0] === "ipns" ? "" : "ipfs/"}${parts.join("/")}`;

async function openFile(path, name, button) {
  button.disabled = true;
  try {
    await download(await open("cat", {arg: path}), name);
  } catch (error) {
    button.after(errorLine(error));
  }
  button.disabled = false;
}

function openButton(path, name) {
  const button = element("button", {class: "small", "aria-label": `Download ${name}`}, "Download");
  button.addEventListener("click", () => openFile(path, name, button));
  return button;
}

function rowOf(parts, link) {
  const below = [...parts, link.Name];
  const acts = element("span", {}, copyButton(link.Hash, `the CID of ${link.Name}`));
  if (link.Type === 2) acts.append(" ", openButton(pathOf(below), link.Name));
  return [element("a", {href: pathHash("browse", below.join("/"))}, link.Name),
          link.Target ? `${KINDS[link.Type]} to ${link.Target}` : KINDS[link.Type] ?? "Other",
          link.Type === 2 ? sizeText(link.Size) : "",
          element("code", {}, link.Hash), acts];
}

async function* linksOf(path, signal) {
  for await (const record of stream("ls", {arg: path, stream: true}, signal)) {
    for (const object of record.Objects ?? []) yield* object.Links ?? [];
  }
}

// A folder without entries and a file look alike to `ls`; `cat` knows. Its head has the size.
async function fileSize(path, signal) {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  try {
    const response = await open("cat", {arg: path}, stop.signal);
    return Number(response.headers.get("X-Content-Length") ?? 0);
  } catch (error) {
    if (/is a directory/.test(error.message)) return null;
    throw error;
  } finally {
    stop.abort();
  }
}

async function contentOf(parts, page, signal) {
  const path = pathOf(parts);
  const {rows, more} = await takePage(linksOf(path, signal), page, PAGE_SIZE);
  // The pieces of a large file are links without names.
  if (rows.some((link) => link.Name !== "")) {
    return [table(countOf(rows.length, "entry", "entries"),
                  [["Name"], ["Kind"], ["Size", "number"], ["CID"], ["Actions", "acts"]],
                  rows.map((link) => rowOf(parts, link))),
            pager(page, more, (to) => show(parts, to))];
  }
  const size = await fileSize(path, signal);
  if (size === null) return [element("p", {class: "empty"}, "This folder is empty.")];
  return [element("p", {}, `A file of ${sizeText(size)}. `, openButton(path, parts.at(-1)))];
}

async function show(parts, page = 0) {
  const content = byId("browse-content");
  await alone(async (signal) => {
    content.setAttribute("aria-busy", "true");
    let shown;
    try {
      shown = await contentOf(parts, page, signal);
    } catch (error) {
      shown = [errorLine(error)];
    }
    signal.throwIfAborted();
    content.removeAttribute("aria-busy");
    content.replaceChildren(...shown);
  });
}

export async function showBrowse(rest) {
  byId("browse-path").value = rest.length ? pathOf(rest) : "";
  crumbs("browse-crumbs", rest.map((part, i) =>
    [part, pathHash("browse", rest.slice(0, i + 1).join("/"))]));
  if (rest.length === 0) {
    byId("browse-content").replaceChildren(
      element("p", {class: "empty"}, "Name a CID or a path to see what it holds."));
    return;
  }
  await show(rest);
}

export function startBrowse() {
  byId("browse-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const parts = partsOf(byId("browse-path").value);
    location.hash = parts.length ? pathHash("browse", parts.join("/")) : "#/browse";
  });
}
