// Documents made from a field of the schema: what one would otherwise type first.

import { named, written } from "./schema.js";

const DEEP = 2;

/** A document and variables that ask for `field`, with everything that must be given. */
export function skeleton(schema, kind, field) {
  const given = field.args.filter((arg) => arg.type.kind === "NON_NULL" && arg.defaultValue === null);
  const paged = field.args.some((arg) => arg.name === "first");
  const name = field.name[0].toUpperCase() + field.name.slice(1);
  const variables = Object.fromEntries(given.map((arg) => [arg.name, placeholder(schema, arg.type)]));
  const declared = given.map((arg) => `$${arg.name}: ${written(arg.type)}`).join(", ");
  const passed = given.map((arg) => `${arg.name}: $${arg.name}`);
  if (paged) passed.unshift("first: 10");
  const args = passed.length ? `(${passed.join(", ")})` : "";
  const document = `${kind} ${name}${declared ? `(${declared})` : ""} {\n  ${field.name}${args}${selection(schema, field.type, "  ", DEEP)}\n}\n`;
  return { document, variables: given.length ? JSON.stringify(variables, null, 2) : "" };
}

/** The plain fields of a type, and those of what it holds as far as `deep` goes. */
function selection(schema, reference, indent, deep) {
  const type = schema.type(reference);
  if (!type?.fields) return type?.kind === "UNION" ? " { __typename }" : "";
  const inner = `${indent}  `;
  const lines = [];
  for (const field of type.fields.values()) {
    if (field.isDeprecated) continue;
    const asks = field.args.some((arg) => arg.type.kind === "NON_NULL" && arg.defaultValue === null);
    if (schema.isLeaf(field.type) && !asks) lines.push(`${inner}${field.name}`);
  }
  const below = (name) => {
    const field = type.fields.get(name);
    if (field) lines.push(`${inner}${name}${selection(schema, field.type, inner, deep - 1)}`);
  };
  if (type.fields.has("pageInfo")) {
    below("nodes");
    lines.push(`${inner}pageInfo { hasNextPage endCursor }`);
  } else if (type.name.endsWith("Payload")) {
    for (const field of type.fields.values()) {
      if (!schema.isLeaf(field.type) && !field.isDeprecated && deep > 0) below(field.name);
    }
  }
  return ` {\n${lines.length ? lines.join("\n") : `${inner}__typename`}\n${indent}}`;
}

/** A value to be overwritten: what must be there, and nothing else. */
function placeholder(schema, reference) {
  if (reference.kind === "NON_NULL") return placeholder(schema, reference.ofType);
  if (reference.kind === "LIST") return [placeholder(schema, reference.ofType)];
  const type = schema.type(reference);
  if (type?.kind === "ENUM") return type.enumValues[0]?.name ?? "";
  if (type?.inputFields) {
    const given = [...type.inputFields.values()].filter((field) => field.type.kind === "NON_NULL" && field.defaultValue === null);
    return Object.fromEntries(given.map((field) => [field.name, placeholder(schema, field.type)]));
  }
  const plain = { Int: 1, Float: 1, Boolean: true, DateTime: new Date().toISOString().slice(0, 19) + "Z" };
  return plain[named(reference)] ?? (type?.name === "ID" ? "gid://shopify/…/1" : "");
}
