// The node's RPC as anybody has it: POST to /api/v0 of the page's own origin. Errors become
// RpcError with the node's own words; a 404 for a command says that this node does not have it.

const BASE = "/api/v0/";
const SECRET = "ipfs-kit-secret";  // In sessionStorage: it goes with the tab.

export class RpcError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
  get isMissingCommand() { return this.status === 404; }
}

// Called when the node wants a secret; set by app.js.
let onRefused = () => {};
export function whenRefused(act) { onRefused = act; }

// As in API.Authorizations: "bearer:x", "basic:user:password", or a bare bearer's token.
export function useSecret(text) {
  let field = `Bearer ${text}`;
  if (text.startsWith("bearer:")) field = `Bearer ${text.slice(7)}`;
  if (text.startsWith("basic:")) {
    const pair = text.slice(6);
    const bytes = String.fromCharCode(...new TextEncoder().encode(pair));
    field = `Basic ${pair.includes(":") ? btoa(bytes) : pair}`;
  }
  sessionStorage.setItem(SECRET, field);
}

export function headers() {
  const secret = sessionStorage.getItem(SECRET);
  return secret ? {Authorization: secret} : {};
}

export function commandUrl(command, options = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    for (const each of [].concat(value)) query.append(name, each);
  }
  return `${BASE}${command}?${query}`;
}

// The node's words in an error body, which is JSON or plain text.
export function errorOf(status, body) {
  let message = body.trim();
  try {
    message = JSON.parse(body).Message ?? message;
  } catch {
    // Plain text already.
  }
  if (status === 403) onRefused();
  return new RpcError(status, message || `the node answered ${status}`);
}

export async function open(command, options, signal) {
  let response;
  try {
    response = await fetch(commandUrl(command, options),
                           {method: "POST", headers: headers(), signal});
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RpcError(0, "The node does not answer. Is the daemon running?");
  }
  if (!response.ok) throw errorOf(response.status, await response.text());
  return response;
}

export async function call(command, options, signal) {
  return (await open(command, options, signal)).json();
}

// Splits NDJSON that comes in pieces; a record with Message and Type "error" ends it.
export class Records {
  #rest = "";
  take(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    return lines.filter((line) => line.trim() !== "").map((line) => {
      const record = JSON.parse(line);
      if (record.Type === "error" && record.Message) throw new RpcError(500, record.Message);
      return record;
    });
  }
}

// The records of a streaming command. Leaving the loop ends the command on the node as well.
export async function* stream(command, options, signal) {
  const stop = new AbortController();
  const forward = () => stop.abort();
  signal?.addEventListener("abort", forward);
  if (signal?.aborted) stop.abort();
  try {
    const response = await open(command, options, stop.signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const records = new Records();
    for (;;) {
      const {done, value} = await reader.read();
      if (value) yield* records.take(value);
      if (done) break;
    }
    yield* records.take("\n");
  } finally {
    signal?.removeEventListener("abort", forward);
    stop.abort();
  }
}
