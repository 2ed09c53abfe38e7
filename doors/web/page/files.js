// The node's own file tree (`files`), shown where the node has these commands.
import {byId, copyButton, countOf, crumbs, download, element, errorLine, latest, pathHash,
        sizeText, table} from "./dom.js";
import {call, open} from "./rpc.js";

const FOLDER = 1;
const alone = latest();

// The table of commands is asked first: a node without the command would answer with an error,
// which browsers write into their console.
export async function probeFiles() {
  let answers = false;
  try {
    const known = await call("commands");
    const files = known.Subcommands.find((each) => each.Name === "files");
    if (files?.Subcommands.some((each) => each.Name === "ls")) {
      await call("files/ls", {arg: "/"});
      answers = true;
    }
  } catch {
    // Then there is nothing to show.
  }
  byId("files-link").hidden = !answers;
}

async function readFile(path, name, button) {
  button.disabled = true;
  try {
    await download(await open("files/read", {arg: path}), name);
  } catch (error) {
    button.after(errorLine(error));
  }
  button.disabled = false;
}

function rowOf(rest, entry) {
  const path = "/" + [...rest, entry.Name].join("/");
  const acts = element("span", {}, copyButton(entry.Hash, `the CID of ${entry.Name}`));
  if (entry.Type !== FOLDER) {
    const button = element("button", {class: "small", "aria-label": `Download ${entry.Name}`},
                           "Download");
    button.addEventListener("click", () => readFile(path, entry.Name, button));
    acts.append(" ", button);
  }
  const name = entry.Type === FOLDER ?
    element("a", {href: pathHash("files", path.slice(1))}, entry.Name) : entry.Name;
  return [name, entry.Type === FOLDER ? "Folder" : "File",
          entry.Type === FOLDER ? "" : sizeText(entry.Size),
          element("a", {class: "mono", href: pathHash("browse", entry.Hash)}, entry.Hash), acts];
}

export async function showFiles(rest) {
  crumbs("files-crumbs", [["Files", "#/files"], ...rest.map((part, i) =>
    [part, pathHash("files", rest.slice(0, i + 1).join("/"))])]);
  const content = byId("files-content");
  await alone(async (signal) => {
    let shown;
    try {
      const answer = await call("files/ls", {arg: "/" + rest.join("/"), long: true}, signal);
      const entries = answer.Entries ?? [];
      shown = entries.length === 0 ? element("p", {class: "empty"}, "This folder is empty.") :
        table(countOf(entries.length, "entry", "entries"),
              [["Name"], ["Kind"], ["Size", "number"], ["CID"], ["Actions", "acts"]],
              entries.map((entry) => rowOf(rest, entry)));
    } catch (error) {
      shown = errorLine(error);
    }
    signal.throwIfAborted();
    content.replaceChildren(shown);
  });
}
