// Starts the page: which view is shown stands in the part of the address after '#', so that links,
// the back button and reloading work.
import {startAdding} from "./add.js";
import {showBrowse, startBrowse} from "./browse.js";
import {byId, say} from "./dom.js";
import {probeFiles, showFiles} from "./files.js";
import {showPins, startPins} from "./pins.js";
import {useSecret, whenRefused} from "./rpc.js";
import {refreshStatus, startStatus} from "./status.js";

const views = {
  status: {title: "Status", show: refreshStatus},
  browse: {title: "Browse", show: showBrowse},
  pins: {title: "Pins", show: showPins},
  files: {title: "Files", show: showFiles},
};

let shown = null;

// "#/browse/a%2Fb/c" to ["browse", ["a/b", "c"]].
function whereTo() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter((part) => part !== "");
  let decoded;
  try {
    decoded = parts.map(decodeURIComponent);
  } catch {
    decoded = parts;
  }
  const [name = "status", ...rest] = decoded;
  return Object.hasOwn(views, name) ? [name, rest] : ["status", []];
}

export function notice(error) {
  byId("notice").hidden = !error;
  say("notice", error ? error.message : "");
}

async function route() {
  // "#main" is the skip link's, and no view.
  if (location.hash === "#main") return;
  const [name, rest] = whereTo();
  for (const each of Object.keys(views)) byId(`page-${each}`).hidden = each !== name;
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${views[name].title} – ipfs-kit`;
  // Who reads with the ears hears which view it is; at the first load nothing is moved.
  if (shown !== null && shown !== name) byId(`${name}-title`).focus();
  shown = name;
  try {
    await views[name].show(rest);
    notice(null);
  } catch (error) {
    notice(error);
  }
}

async function start() {
  whenRefused(() => { byId("login").hidden = false; });
  byId("login").addEventListener("submit", (event) => {
    event.preventDefault();
    useSecret(byId("secret").value);
    byId("login").hidden = true;
    probeFiles();
    route();
  });
  startStatus(notice);
  startBrowse();
  startPins();
  startAdding(refreshStatus);
  window.addEventListener("hashchange", route);
  await Promise.all([route(), probeFiles()]);
}

start();
