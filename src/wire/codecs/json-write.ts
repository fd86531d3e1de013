// Typed output straight into JSON text: no tree in between, and what is JSON already stays as it is.
import { assert } from "../../kernel/fault.ts";
import { jsonNotation, writeValue } from "./documents.ts";
import { JsonText } from "./json-text.ts";
import type { Field, Loose } from "./shapes.ts";

/** The document of a handler's output: known members only, without those that are undefined or null. */
export function writeJson(fields: readonly Field[], value: unknown): string {
  assert(typeof value === "object" && value !== null, "an output structure is not an object");
  let text = "";
  for (const field of fields) {
    const member = (value as Loose)[field.name];
    if (member !== undefined && member !== null) text += `${text === "" ? "{" : ","}${field.jsonKey}${writeJsonValue(field, member)}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

export function writeJsonValue(field: Field, value: unknown): string {
  if (value instanceof JsonText) return value.text;
  const { node } = field;
  switch (node.kind) {
    case "structure": return writeJson(node.fields, value);
    case "list": {
      assert(Array.isArray(value), `${field.name} is not an array`);
      let text = "[";
      for (const element of value as readonly unknown[]) {
        if (text !== "[") text += ",";
        text += element === undefined || element === null ? "null" : writeJsonValue(node.element, element);
      }
      return `${text}]`;
    }
    case "map": {
      assert(typeof value === "object" && value !== null, `${field.name} is not an object`);
      let text = "";
      for (const key of Object.keys(value)) {
        const entry = (value as Loose)[key];
        if (entry === undefined || (entry === null && !node.shape.sparse)) continue;
        text += `${text === "" ? "{" : ","}${JSON.stringify(key)}:${entry === null ? "null" : writeJsonValue(node.value, entry)}`;
      }
      return text === "" ? "{}" : `${text}}`;
    }
    default: return JSON.stringify(writeValue(field, value, jsonNotation));
  }
}
