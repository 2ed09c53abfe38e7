// Building the document. Whatever comes from the node goes in as text: there is no way here to
// write HTML.

export const byId = (id) => document.getElementById(id);

// element("a", {href: "#/x", onclick: act}, "text", child): attributes, listeners, children.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function say(id, text) { byId(id).textContent = text; }

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function sizeText(bytes) {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${UNITS[unit]}`;
}

export const countText = (count) => Number(count).toLocaleString("en");

export const countOf = (count, one, many) => `${countText(count)} ${count === 1 ? one : many}`;

// A path below "#/page/", each part encoded, so that names with any characters survive.
export function pathHash(page, path) {
  return `#/${page}${path.split("/").map((part) => "/" + encodeURIComponent(part)).join("")}`;
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Over plain HTTP from another host browsers give no clipboard; the old way still works.
  const field = element("textarea", {class: "sr-only"});
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("no clipboard");
}

export function copyButton(text, what) {
  const button = element("button", {class: "small", type: "button", "aria-label": `Copy ${what}`},
                         "Copy");
  button.addEventListener("click", () => pressCopy(button, text));
  return button;
}

export async function pressCopy(button, text) {
  try {
    await copy(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select it by hand";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

function ask(question, yes) {
  const dialog = byId("confirm");
  say("confirm-text", question);
  say("confirm-yes", yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {once: true});
  });
}

let asked = Promise.resolve();

// A question that must be answered before something is lost. Questions wait for each other: a
// dialog tells that it was closed some time after it was, and the next must not take that for its
// own answer.
export function confirmed(question, yes) {
  asked = asked.then(() => ask(question, yes));
  return asked;
}

// Hands a file to the browser's downloads.
export async function download(response, name) {
  const url = URL.createObjectURL(await response.blob());
  element("a", {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

// Columns are [title, class]; rows are arrays of texts or nodes, the first names the row.
export function table(caption, columns, rows) {
  const cells = columns.map(([title, kind]) => element("th", {scope: "col", class: kind}, title));
  const lines = rows.map((row) => element("tr", {}, ...row.map((cell, i) =>
    element("td", {class: columns[i][1]}, cell))));
  return element("table", {}, element("caption", {}, caption),
                 element("thead", {}, element("tr", {}, ...cells)),
                 element("tbody", {}, ...lines));
}

// One page of a stream that may be long: reads only as far as it must, then leaves the stream.
export async function takePage(records, page, size) {
  const taken = [];
  let index = 0;
  for await (const record of records) {
    if (index >= page * size) taken.push(record);
    index += 1;
    if (taken.length > size) break;
  }
  return {rows: taken.slice(0, size), more: taken.length > size};
}

export function pager(page, more, go) {
  if (page === 0 && !more) return "";
  return element("div", {class: "pager"},
    element("button", {type: "button", disabled: page === 0, onclick: () => go(page - 1)},
            "Previous"),
    element("span", {}, `Page ${page + 1}`),
    element("button", {type: "button", disabled: !more, onclick: () => go(page + 1)}, "Next"));
}

export const errorLine = (error) => element("p", {class: "error", role: "alert"}, error.message);

// Crumbs are [text, hash]; the last is where one is.
export function crumbs(id, parts) {
  const nodes = parts.flatMap(([text, hash], i) => {
    const last = i === parts.length - 1;
    const link = element("a", {href: hash, "aria-current": last ? "page" : undefined}, text);
    return last ? [link] : [link, " / "];
  });
  byId(id).replaceChildren(...nodes);
}

// Runs one task at a time for a place: a newer one stops the older.
export function latest() {
  let running = null;
  return async (task) => {
    running?.abort();
    const mine = running = new AbortController();
    try {
      await task(mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) throw error;
    }
  };
}
