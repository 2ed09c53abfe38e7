// What the node is, what its store holds, and what passes through it now.
import {byId, countText, pressCopy, say, sizeText} from "./dom.js";
import {call, headers} from "./rpc.js";

const METRICS = "/debug/metrics/prometheus";
const METRICS_PERIOD_MS = 1000;
const STORE_PERIOD_MS = 10000;
const POINTS = 120;

// What the figures are called; the first that a daemon has is taken.
const RECEIVED = ["kit_http_received_bytes_total"];
const SENT = ["kit_http_sent_bytes_total"];
const REQUESTS = ["kit_http_requests_total", "ipfs_http_request_duration_seconds_count",
                  "promhttp_metric_handler_requests_total"];

let peerId = "";

async function showNode() {
  const [id, version] = await Promise.all([call("id"), call("version")]);
  peerId = id.ID;
  say("peer-id", id.ID);
  say("agent", id.AgentVersion);
  say("version", version.Version);
}

async function showStore() {
  const stat = await call("repo/stat");
  const share = stat.StorageMax > 0 ? stat.RepoSize / stat.StorageMax : 0;
  say("repo-path", stat.RepoPath);
  say("store-size", sizeText(stat.RepoSize));
  say("store-blocks", countText(stat.NumObjects));
  byId("store-bar").value = share;
  say("store-share", `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} % of ` +
      sizeText(stat.StorageMax));
}

export async function refreshStatus() {
  await Promise.all([showNode(), showStore()]);
}

// {name: sum over its labels} of the text format (one sample a line, '#' begins a comment).
export function readMetrics(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    const parts = /^([A-Za-z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(line);
    if (parts) found.set(parts[1], (found.get(parts[1]) ?? 0) + Number(parts[2]));
  }
  return found;
}

function firstOf(metrics, names) {
  const name = names.find((each) => metrics.has(each));
  return name === undefined ? null : metrics.get(name);
}

const points = {in: [], out: []};
let before = null;

function draw() {
  const top = Math.max(1, ...points.in, ...points.out);
  for (const [name, values] of Object.entries(points)) {
    const text = values.map((value, i) =>
      `${POINTS - values.length + i + 1},${(39 - value / top * 37).toFixed(1)}`).join(" ");
    byId(`graph-${name}`).setAttribute("points", text);
  }
}

function push(values, value) {
  values.push(value);
  if (values.length > POINTS) values.shift();
}

function showRates(now) {
  const seconds = (now.at - before.at) / 1000;
  const rate = (name) => now[name] === null ? null :
    Math.max(0, (now[name] - before[name]) / seconds);
  const [received, sent, requests] = [rate("received"), rate("sent"), rate("requests")];
  const hasBytes = received !== null && sent !== null;
  say("in-label", hasBytes ? "In" : "Requests");
  byId("out-row").hidden = byId("rate-out").hidden = !hasBytes;
  say("rate-in", hasBytes ? `${sizeText(Math.round(received))}/s` : `${requests?.toFixed(1)}/s`);
  say("rate-out", hasBytes ? `${sizeText(Math.round(sent))}/s` : "");
  say("rate-requests", requests === null ? "–" : `${requests.toFixed(1)}/s`);
  push(points.in, (hasBytes ? received : requests) ?? 0);
  push(points.out, hasBytes ? sent : 0);
  draw();
}

// False when this daemon has no such figures: then nobody asks again.
async function showTransfer() {
  const response = await fetch(METRICS, {headers: headers()});
  if (!response.ok) return false;
  const metrics = readMetrics(await response.text());
  const now = {at: performance.now(), received: firstOf(metrics, RECEIVED),
               sent: firstOf(metrics, SENT), requests: firstOf(metrics, REQUESTS)};
  if (now.received === null && now.requests === null) return false;
  if (before) showRates(now);
  before = now;
  return true;
}

const isWatched = () => !document.hidden && !byId("page-status").hidden;

export function startStatus(notice) {
  byId("copy-peer").addEventListener("click", (event) => pressCopy(event.target, peerId));
  setInterval(async () => {
    if (!isWatched()) return;
    try {
      await refreshStatus();
      notice(null);
    } catch (error) {
      notice(error);
    }
  }, STORE_PERIOD_MS);
  const follow = async () => {
    let goesOn = true;
    try {
      if (isWatched()) goesOn = await showTransfer();
    } catch {
      before = null;  // The daemon is away; the store's figures say so.
    }
    byId("transfer").hidden = !goesOn;
    byId("transfer-none").hidden = goesOn;
    if (goesOn) setTimeout(follow, METRICS_PERIOD_MS);
  };
  follow();
}
