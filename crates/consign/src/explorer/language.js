// The language as far as an editor needs it: tokens, colours, tidy indentation, and where in a document one stands.

const TOKEN = /(#[^\n]*)|("""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"?)|(\$[A-Za-z_]\w*)|(@[A-Za-z_]\w*)|([A-Za-z_]\w*)|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(\.\.\.|[{}()[\]:,!=|&])|(\s+)|([^])/g;
const KINDS = ["note", "text", "variable", "directive", "name", "number", "mark", "space", "bad"];
const WORDS = new Set(["query", "mutation", "subscription", "fragment", "on", "true", "false", "null"]);

/** Every token of a text: what it is, what it says, where it begins. */
export function tokens(text) {
  const found = [];
  for (const match of text.matchAll(TOKEN)) {
    const at = match.slice(1).findIndex((part) => part !== undefined);
    found.push({ kind: KINDS[at], text: match[0], at: match.index });
  }
  return found;
}

/** A text in colours: pieces with the class of each. */
export function coloured(text) {
  const all = tokens(text);
  return all.map((token) => {
    if (token.kind === "name" && WORDS.has(token.text)) return [token.text, "word"];
    return [token.text, token.kind];
  });
}

/** JSON in colours. */
export function colouredJson(text) {
  const parts = text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([^"\d-]+|[^])/g);
  return [...parts].flatMap(([whole, string, colon, number, word]) => {
    if (string) return colon ? [[string, "name"], [colon, "mark"]] : [[string, "text"]];
    if (number) return [[number, "number"]];
    if (word) return [[word, "word"]];
    // Words and numbers begin anew after what stands between them.
    return whole.split(/(true|false|null)/).map((part, at) => [part, at % 2 ? "word" : "mark"]);
  });
}

/** A document with a line for every field. Comments stay; strings are left alone. */
export function prettified(text) {
  let out = "";
  let depth = 0;
  let round = 0;
  let before = null;
  const line = () => { out = out.trimEnd() + "\n" + "  ".repeat(depth); };
  for (const token of tokens(text)) {
    if (token.kind === "space") continue;
    const { text: word } = token;
    const open = before && /^[({[]$/.test(before.text);
    // Nothing may follow a comment on its line.
    const afterNote = before?.kind === "note";
    if (afterNote) line();
    if (token.kind === "note") {
      if (out.trim() && !afterNote) line();
      out += word;
    } else if (word === "{" && !round) {
      out = afterNote ? out + "{" : out.trimEnd() + (out.trim() && !out.endsWith("\n\n") ? " {" : "{");
      depth += 1;
    } else if (word === "}" && !round) {
      depth = Math.max(0, depth - 1);
      line();
      out += "}";
      if (!depth) out += "\n\n";
    } else if (word === "(" || word === "[" || (word === "{" && round)) {
      round += 1;
      out += /^[:,=]$/.test(before?.text) ? " " + word : word;
      if (word === "{") out += " ";
    } else if (word === ")" || word === "]" || word === "}") {
      round = Math.max(0, round - 1);
      out = word === "}" ? out.trimEnd() + " }" : out + word;
    } else if (/^[:!]$/.test(word)) {
      out += word;
    } else if (word === ",") {
      if (round) out += ",";
    } else if (round) {
      const apart = !open && before?.text !== "...";
      const comma = apart && /^(name|text|number|variable)$/.test(before?.kind ?? "") && before.text !== "on" && token.kind !== "directive";
      const value = before?.text === ":" || before?.text === "=" || word === "=";
      const ended = before && /^[)\]}!]$/.test(before.text);
      if (value) out += " " + word;
      else if ((comma || ended) && !out.trimEnd().endsWith(",")) out = out.trimEnd() + ", " + word;
      else out += apart && !out.endsWith(" ") ? " " + word : word;
    } else if (depth && !afterNote && !(before?.text === ":" || before?.text === "..." || before?.text === "on" || token.kind === "directive")) {
      line();
      out += word;
    } else if (before?.text === "...") {
      out += word === "on" || token.kind === "directive" ? " " + word : word;
    } else {
      out += out && !/\s$/.test(out) ? " " + word : word;
    }
    before = token;
  }
  return out.trim() + "\n";
}

/**
 * Where in a document `at` stands: `{inside: "selection" | "arguments" | "value" | "type" | "top", ...}` with the type
 * whose fields may be selected, or the arguments that may be given, as far as the schema tells.
 */
export function place(schema, text, at) {
  const stack = [];
  let type = null;       // The type whose fields are selected here.
  let field = null;      // The field read last.
  let root = null;       // What an operation's first brace opens.
  let round = null;      // The arguments or input fields that may be given here.
  let argument = null;   // The one whose value comes next.
  let before = "";
  for (const token of tokens(text.slice(0, at))) {
    if (token.kind === "space") continue;
    if (token.kind === "note") { before = ""; continue; }
    const { text: word } = token;
    if (round) {
      if (word === "{" || word === "[") {
        stack.push({ round, argument });
        if (word === "{") { round = schema.inputs(argument?.type) ?? new Map(); argument = null; }
      } else if (word === "}" || word === "]") {
        ({ round, argument } = stack.pop() ?? { round: null });
        if (word === "}") argument = null;
      } else if (word === ")") {
        round = null;
      } else if (word === ":") {
        argument = round.get(before) ?? null;
      } else if (argument && before === ":") {
        argument = /^[A-Za-z_]/.test(word) && token.at + word.length === at ? argument : null;
      }
    } else if (word === "(") {
      round = field ? new Map(field.args.map((arg) => [arg.name, arg])) : new Map();
      argument = null;
    } else if (word === "{") {
      stack.push({ type, field });
      type = root ?? (field && schema.type(field.type)) ?? (type ? null : schema.query);
      root = null;
      field = null;
    } else if (word === "}") {
      ({ type, field } = stack.pop() ?? { type: null });
      field = null;
    } else if (token.kind === "name") {
      if (before === "on") root = schema.type(word);
      else if (!type && !stack.length) root = { query: schema.query, mutation: schema.mutation }[word] ?? root;
      else field = type?.fields?.get(word) ?? null;
    }
    before = word;
  }
  if (round) return argument ? { inside: "value", type: argument.type } : { inside: "arguments", args: [...round.values()] };
  if (/(^|[^\w.])on\s+\w*$/.test(text.slice(0, at))) return { inside: "type" };
  return type ? { inside: "selection", type } : { inside: stack.length ? "nothing" : "top" };
}
