// The explorer: a document on one side, what the server answers on the other.

import { Editor, paint } from "./editor.js";
import { EXAMPLES } from "./examples.js";
import { coloured, colouredJson, place, prettified } from "./language.js";
import { Docs, Schema, button, element, named, written } from "./schema.js";
import { skeleton } from "./skeleton.js";

const LONGEST_IN_COLOUR = 300_000;
const $ = (id) => document.getElementById(id);
const settings = await (await fetch("/explorer/settings.json")).json();

// What is kept from one visit to the next. Tokens of one's own last as long as the tab.
const kept = {
  read: (key, other) => localStorage.getItem(`explorer.${key}`) ?? other,
  write: (key, value) => localStorage.setItem(`explorer.${key}`, value),
};

let schema = null;
const endpoint = () => settings.endpoint.replace("{version}", $("version").value || settings.version);
const token = () => settings.keys.find((key) => key.name === $("key").value)?.token ?? $("token").value.trim();

function headers() {
  const all = { "Content-Type": "application/json", [settings.header]: token() };
  if ($("once").value) all["Idempotency-Key"] = $("once").value;
  if ($("debug").checked) all["Shopify-GraphQL-Cost-Debug"] = "1";
  return all;
}

/** Asks quietly: for the schema and the versions. */
async function ask(query, variables) {
  const all = { "Content-Type": "application/json", [settings.header]: token() };
  return (await fetch(endpoint(), { method: "POST", headers: all, body: JSON.stringify({ query, variables }) })).json();
}

function say(text, bad = false) {
  $("status").textContent = text;
  $("status").classList.toggle("bad", bad);
}

const write = new Editor($("document"), {
  label: "Document", colours: coloured, offers: next, changed: (text) => kept.write("document", text),
});
const variables = new Editor($("variables"), {
  label: "Variables", colours: colouredJson, changed: (text) => kept.write("variables", text),
});
const docs = new Docs($("docs"), (kind, field) => {
  const made = skeleton(schema, kind, field);
  open(made.document, made.variables);
});

/** What could come next in the document. */
function next(text, at) {
  if (!schema) return [];
  const here = place(schema, text, at);
  if (here.inside === "selection" && here.type.fields) {
    const fields = [...here.type.fields.values()].map((field) => ({ text: field.name, note: written(field.type) }));
    return [...fields, { text: "__typename", note: "String!" }];
  }
  if (here.inside === "arguments") return here.args.map((arg) => ({ text: arg.name, note: written(arg.type) }));
  if (here.inside === "value") {
    if (named(here.type) === "Boolean") return [{ text: "true" }, { text: "false" }];
    return (schema.type(here.type)?.enumValues ?? []).map((value) => ({ text: value.name, note: named(here.type) }));
  }
  if (here.inside === "type") {
    return [...schema.types.values()].filter((type) => type.fields).map((type) => ({ text: type.name, note: type.kind.toLowerCase() }));
  }
  return here.inside === "top" ? ["query", "mutation", "fragment"].map((word) => ({ text: word })) : [];
}

function open(document, values = "") {
  write.text = document;
  variables.text = values;
  $("once").value = "";
  write.area.focus();
}

/** The operation that the cursor stands in; the only one, or none, needs no name. */
function operation() {
  const found = [...write.text.matchAll(/^\s*(?:query|mutation)\s+([A-Za-z_]\w*)/gm)];
  if (found.length < 2) return undefined;
  return (found.filter((one) => one.index <= write.area.selectionStart).at(-1) ?? found[0])[1];
}

function body() {
  const values = variables.text.trim() ? JSON.parse(variables.text) : {};
  const name = operation();
  return JSON.stringify({ query: write.text, variables: values, ...(name && { operationName: name }) });
}

async function run() {
  let sent;
  try {
    sent = body();
  } catch (error) {
    return say(`The variables are no JSON: ${error.message}`, true);
  }
  say("…");
  const began = performance.now();
  try {
    const response = await fetch(endpoint(), { method: "POST", headers: headers(), body: sent });
    const text = await response.text();
    show(response, text, Math.round(performance.now() - began));
  } catch (error) {
    say(`The server can't be reached: ${error.message}`, true);
  }
}

function show(response, text, took) {
  let answer = null;
  let shown = text;
  try {
    answer = JSON.parse(text);
    shown = JSON.stringify(answer, null, 2);
  } catch { /* Shown as it came. */ }
  const cost = answer?.extensions?.cost;
  const told = [response.status, `${took} ms`, `${text.length.toLocaleString()} bytes`];
  if (cost) {
    const { currentlyAvailable, maximumAvailable } = cost.throttleStatus;
    told.push(`cost ${cost.actualQueryCost ?? "–"} of ${cost.requestedQueryCost} asked, ${currentlyAvailable} of ${maximumAvailable} left`);
  }
  told.push(response.headers.get("X-Shopify-API-Version") ?? "");
  if (response.headers.get("Idempotency-Replayed")) told.push("answered before");
  const refused = Object.values(answer?.data ?? {}).some((payload) => payload?.userErrors?.length);
  say(told.filter(Boolean).join(" · "), !response.ok || Boolean(answer?.errors) || refused);
  paint($("answer"), shown.length > LONGEST_IN_COLOUR ? [[shown, ""]] : colouredJson(shown));
  $("answer").scrollTop = 0;
}

async function curl() {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  try {
    const lines = Object.entries(headers()).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
    const command = [`curl -s ${quoted(new URL(endpoint(), location.href).href)}`, ...lines, `-d ${quoted(body())}`];
    await navigator.clipboard.writeText(command.join(" \\\n  "));
    say("Copied.");
  } catch (error) {
    say(`Not copied: ${error.message}`, true);
  }
}

function saved() {
  try {
    const list = JSON.parse(kept.read("saved", "[]"));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function save() {
  const name = prompt("Save as", operation() ?? /(?:query|mutation)\s+(\w+)/.exec(write.text)?.[1] ?? "");
  if (!name) return;
  const others = saved().filter((one) => one.name !== name);
  kept.write("saved", JSON.stringify([...others, { name, document: write.text, variables: variables.text }]));
  examples();
  say(`Saved as ${name} in this browser.`);
}

function examples() {
  const row = (one, own) => {
    const line = element("div", "row");
    line.append(button(one.name, () => open(one.document, one.variables)));
    if (own) {
      line.append(button("✕", () => {
        kept.write("saved", JSON.stringify(saved().filter((other) => other.name !== one.name)));
        examples();
      }, "act"));
    }
    return line;
  };
  const own = saved();
  const title = own.length ? [element("h3", "", "Saved in this browser"), ...own.map((one) => row(one, true))] : [];
  $("examples").replaceChildren(element("h3", "", "To begin with"), ...EXAMPLES.map((one) => row(one, false)), ...title);
}

async function load() {
  schema = null;
  try {
    schema = await Schema.load(ask);
    docs.show(schema);
    docs.find($("find").value);
  } catch (error) {
    $("docs").replaceChildren(element("p", "", `No schema: ${error.message}`));
  }
}

async function versions() {
  const answer = await ask("{ publicApiVersions { handle displayName } }", {}).catch(() => null);
  const list = answer?.data?.publicApiVersions ?? [{ handle: settings.version, displayName: settings.version }];
  const chosen = kept.read("version", settings.version);
  $("version").replaceChildren(...list.map(({ handle, displayName }) => new Option(displayName, handle, false, handle === chosen)));
  if (!$("version").value) $("version").value = settings.version;
}

function tab(name) {
  for (const other of ["examples", "schema"]) {
    $(other).hidden = other !== name;
    $(`tab-${other}`).setAttribute("aria-pressed", String(other === name));
  }
}

function keys() {
  const own = "another…";
  $("key").replaceChildren(...[...settings.keys.map((key) => key.name), own].map((name) => new Option(name, name)));
  $("token").value = sessionStorage.getItem("explorer.token") ?? "";
  const changed = async () => {
    $("token").hidden = $("key").value !== own;
    sessionStorage.setItem("explorer.token", $("token").value);
    if (!token()) return say("Paste an access token; `consign key create` makes one.");
    await versions();
    await load();
  };
  $("key").addEventListener("change", changed);
  $("token").addEventListener("change", changed);
  return changed();
}

$("run").addEventListener("click", run);
$("curl").addEventListener("click", curl);
$("save").addEventListener("click", save);
$("prettify").addEventListener("click", () => { write.text = prettified(write.text); });
$("tab-examples").addEventListener("click", () => tab("examples"));
$("tab-schema").addEventListener("click", () => tab("schema"));
$("find").addEventListener("input", () => docs.find($("find").value.trim()));
$("version").addEventListener("change", () => { kept.write("version", $("version").value); load(); });
document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  if (event.key === "Enter") run();
  else if (event.shiftKey && event.key.toLowerCase() === "f") write.text = prettified(write.text);
  else return;
  event.preventDefault();
});

write.text = kept.read("document", EXAMPLES[0].document);
variables.text = kept.read("variables", EXAMPLES[0].variables);
examples();
await keys();
