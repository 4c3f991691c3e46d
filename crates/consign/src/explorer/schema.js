// The schema as the server tells it, and the pane that shows it.

const ASK = `query Schema { __schema { queryType { name } mutationType { name } types { kind name description
  fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ...T } args { name description type { ...T } defaultValue } }
  inputFields { name description type { ...T } defaultValue } enumValues(includeDeprecated: true) { name description isDeprecated }
  possibleTypes { name } } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`;

/** A type as one writes it: `[ID!]!`. */
export function written(type) {
  if (type.kind === "NON_NULL") return written(type.ofType) + "!";
  return type.kind === "LIST" ? `[${written(type.ofType)}]` : type.name;
}

/** The name within lists and exclamation marks. */
export function named(type) {
  return type.ofType ? named(type.ofType) : type.name;
}

export class Schema {
  constructor(told) {
    const byName = (list) => new Map((list ?? []).map((item) => [item.name, item]));
    this.types = new Map(told.types.map((type) => [type.name, {
      ...type, fields: type.fields && byName(type.fields), inputFields: type.inputFields && byName(type.inputFields),
    }]));
    this.query = this.types.get(told.queryType.name);
    this.mutation = told.mutationType && this.types.get(told.mutationType.name);
  }

  /** Asks the server. Fails with words for people. */
  static async load(ask) {
    const answer = await ask(ASK, {});
    if (!answer.data) throw new Error(answer.errors?.[0]?.message ?? String(answer.errors ?? "no answer"));
    return new Schema(answer.data.__schema);
  }

  /** The type that a name or a reference leads to. */
  type(reference) {
    return this.types.get(typeof reference === "string" ? reference : named(reference)) ?? null;
  }

  /** The members of an input, or null. */
  inputs(reference) {
    return reference ? this.type(reference)?.inputFields ?? null : null;
  }

  isLeaf(reference) {
    return ["SCALAR", "ENUM"].includes(this.type(reference)?.kind);
  }
}

/** Shows types and fields in `pane`. `use` is called with the kind and the field that somebody wants to ask for. */
export class Docs {
  constructor(pane, use) {
    this.pane = pane;
    this.use = use;
    this.trail = [];
  }

  show(schema) {
    this.schema = schema;
    this.trail = [];
    this.draw();
  }

  open(name) {
    this.trail.push(name);
    this.draw();
  }

  /** Everything whose name holds `text`. */
  find(text) {
    if (!this.schema) return;
    if (!text) return this.draw();
    const wanted = text.toLowerCase();
    const fits = (item) => item.name.toLowerCase().includes(wanted);
    const roots = [["query", this.schema.query], ["mutation", this.schema.mutation]].filter(([, type]) => type);
    const rows = roots.flatMap(([kind, type]) => [...type.fields.values()].filter(fits).map((field) => this.field(field, kind)));
    const types = [...this.schema.types.values()].filter((type) => !type.name.startsWith("__") && fits(type));
    const within = types.length < 40 ? [] : [element("p", "", "Too many types; type more.")];
    this.pane.replaceChildren(
      heading("Queries and mutations"), ...rows, heading("Types"), ...types.slice(0, 40).map((type) => this.link(type.name)), ...within,
    );
  }

  draw() {
    const name = this.trail.at(-1);
    const type = name && this.schema.type(name);
    if (!type) return this.roots();
    const parts = [this.crumbs(), heading(`${type.kind.toLowerCase().replace("_", " ")} ${type.name}`)];
    if (type.description) parts.push(element("p", "", type.description));
    for (const field of (type.fields ?? type.inputFields ?? new Map()).values()) parts.push(this.field(field));
    for (const value of type.enumValues ?? []) {
      parts.push(described(element("div", value.isDeprecated ? "name gone" : "name", value.name), value.description));
    }
    for (const possible of type.possibleTypes ?? []) parts.push(this.link(possible.name));
    this.pane.replaceChildren(...parts);
  }

  roots() {
    const list = (kind, type) => type ? [...type.fields.values()].map((field) => this.field(field, kind)) : [];
    this.pane.replaceChildren(
      heading("Queries"), ...list("query", this.schema.query), heading("Mutations"), ...list("mutation", this.schema.mutation),
    );
  }

  crumbs() {
    const trail = element("div", "trail");
    const step = (text, length) => button(text, () => { this.trail.length = length; this.draw(); });
    trail.append(step("all", 0), ...this.trail.slice(0, -1).map((name, at) => step(`› ${name}`, at + 1)));
    return trail;
  }

  link(name) {
    const row = element("div", "row");
    row.append(button(name, () => this.open(name), "type"));
    return row;
  }

  /** A field: a click leads to its type; those of the roots can be put into the editor. */
  field(field, kind) {
    const row = element("div", "row");
    const line = button("", () => this.open(named(field.type)));
    line.append(element("span", field.isDeprecated ? "name gone" : "name", field.name));
    const all = (field.args ?? []).map((arg) => ({ text: `${arg.name}: ${written(arg.type)}`, must: arg.type.kind === "NON_NULL" }));
    const must = all.filter((arg) => arg.must).map((arg) => arg.text);
    const args = must.length < all.length ? [...must, "…"] : must;
    if (args.length) line.append(element("span", "args", `(${args.join(", ")})`));
    line.append(": ", element("span", "type", written(field.type)));
    const told = [field.description, field.deprecationReason && `Deprecated: ${field.deprecationReason}`, ...all.map((arg) => arg.text)];
    line.title = told.filter(Boolean).join("\n");
    row.append(line);
    if (kind) row.append(button("use", () => this.use(kind, field), "act"));
    return row;
  }
}

function described(item, text) {
  if (text) item.append(element("p", "", text));
  return item;
}

/** An element with a class and a text. */
export function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}

/** A button that does something. */
export function button(text, act, kind = "") {
  const made = element("button", kind, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function heading(text) {
  return element("h3", "", text);
}
