// JSON and CBOR are the same trees with other scalars: this turns a parsed tree into typed input, and typed output into a tree.
import { assert, fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { TimestampFormat } from "../model.ts";
import { JsonText } from "./json-text.ts";
import { formatTimestamp, parseBase64, parseTimestamp, specialNumber, toBase64, validDate } from "./scalars.ts";
import { setEntry, type Field, type Loose, type Node, type StructureNode } from "./shapes.ts";

/** How a notation writes the two scalars that JSON lacks. */
export interface Notation {
  readonly readBlob: (value: unknown) => Uint8Array | undefined;
  readonly readTimestamp: (value: unknown, format: TimestampFormat) => Date | undefined;
  readonly writeBlob: (bytes: Uint8Array) => unknown;
  readonly writeTimestamp: (date: Date, format: TimestampFormat) => unknown;
}

export const jsonNotation: Notation = {
  readBlob: (value) => (typeof value === "string" ? parseBase64(value) : undefined),
  readTimestamp: (value, format) => {
    if (typeof value === "number") return format === "epoch-seconds" ? validDate(value * 1000) : undefined;
    return typeof value === "string" && format !== "epoch-seconds" ? parseTimestamp(value, format) : undefined;
  },
  writeBlob: toBase64,
  writeTimestamp: (date, format) => (format === "epoch-seconds" ? date.getTime() / 1000 : formatTimestamp(date, format)),
};

/** CBOR has bytes and moments of its own; its reader has made them Uint8Array and Date already. */
export const cborNotation: Notation = {
  readBlob: (value) => (value instanceof Uint8Array ? value : undefined),
  readTimestamp: (value) => (value instanceof Date ? validDate(value.getTime()) : undefined),
  writeBlob: (bytes) => bytes,
  writeTimestamp: (date) => date,
};

const INT_MAX = 2_147_483_648;
const LONG_MAX = 2 ** 63;

/** Typed input of a structure from a parsed tree. Unknown members are ignored, null members are absent. */
export function readStructure(node: StructureNode, tree: unknown, notation: Notation, depth = 0): Loose {
  const entries = expectObject(tree, "null");
  const result: Loose = {};
  for (const key of Object.keys(entries)) {
    const field = node.byJson.get(key);
    const value = entries[key];
    if (field && value !== null && value !== undefined) result[field.name] = readValue(field, value, notation, depth + 1);
  }
  return result;
}

/** One typed value of a member, list element or map value. */
export function readValue(field: Field, value: unknown, notation: Notation, depth = 0): unknown {
  if (depth > limits.http.nestingMax) throw serialization("The document is nested too deeply.");
  const { node } = field;
  switch (node.kind) {
    case "structure": return readStructure(node, value, notation, depth);
    case "list": {
      if (!Array.isArray(value)) throw value !== null && typeof value === "object" && !isScalarObject(value) ? notExpected(value) : serialization("Expected list or null");
      return value.map((element: unknown) => (element === null ? null : readValue(node.element, element, notation, depth + 1)));
    }
    case "map": {
      const entries = expectObject(value, "map or null");
      const result: Loose = {};
      for (const key of Object.keys(entries)) setEntry(result, key, entries[key] === null ? null : readValue(node.value, entries[key], notation, depth + 1));
      return result;
    }
    default: return readScalar(field, node.kind, value, notation, depth);
  }
}

function readScalar(field: Field, kind: Exclude<Node["kind"], "structure" | "list" | "map">, value: unknown, notation: Notation, depth: number): unknown {
  switch (kind) {
    case "string":
      if (typeof value === "string") return value;
      throw notConvertible(value, "a String");
    case "boolean":
      if (typeof value === "boolean") return value;
      throw notConvertible(value, "a Boolean");
    case "integer":
      if (Number.isInteger(value) && (value as number) < INT_MAX && (value as number) >= -INT_MAX) return value;
      throw notConvertible(value, "an Integer");
    case "long":
      if (Number.isInteger(value) && Math.abs(value as number) <= LONG_MAX) return value;
      throw notConvertible(value, "a Long");
    case "float": case "double": {
      const number = typeof value === "string" ? specialNumber(value) : value;
      if (typeof number === "number") return number;
      throw notConvertible(value, kind === "float" ? "a Float" : "a Double");
    }
    case "timestamp": {
      const date = notation.readTimestamp(value, field.member.timestampFormat ?? "epoch-seconds");
      if (date) return date;
      throw notConvertible(value, "milliseconds since epoch");
    }
    case "blob": {
      const bytes = notation.readBlob(value);
      if (bytes) return bytes;
      throw notConvertible(value, "a Blob");
    }
    case "document":
      assertShallow(value, depth);
      return value;
  }
}

function assertShallow(value: unknown, depth: number): void {
  if (depth > limits.http.nestingMax) throw serialization("The document is nested too deeply.");
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) assertShallow(child, depth + 1);
}

function expectObject(value: unknown, expected: string): Loose {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !isScalarObject(value)) return value as Loose;
  throw Array.isArray(value) ? notExpected(value) : serialization(`Expected ${expected}`);
}

function isScalarObject(value: object): boolean {
  return value instanceof Uint8Array || value instanceof Date;
}

/** Bytes or a tree that can not be read as the operation's input. */
export function serialization(message: string): Fault {
  return fault("SerializationException", { message, status: 400 });
}

function notExpected(value: object): Fault {
  return serialization(Array.isArray(value) ? "Start of list found where not expected" : "Start of structure or map found where not expected.");
}

function notConvertible(value: unknown, target: string): Fault {
  if (typeof value === "object" && value !== null && !isScalarObject(value)) return notExpected(value);
  return serialization(`${tokenOf(value)} can not be converted to ${target}`);
}

function tokenOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "TRUE_VALUE" : "FALSE_VALUE";
  return typeof value === "string" ? "STRING_VALUE" : typeof value === "object" ? "BINARY_VALUE" : "NUMBER_VALUE";
}

/** The tree of a handler's output: known members only, without those that are undefined or null. */
export function writeStructure(fields: readonly Field[], value: unknown, notation: Notation): Loose {
  assert(typeof value === "object" && value !== null, "an output structure is not an object");
  const tree: Loose = {};
  for (const field of fields) {
    const member = (value as Loose)[field.name];
    if (member !== undefined && member !== null) tree[field.json] = writeValue(field, member, notation);
  }
  return tree;
}

export function writeValue(field: Field, value: unknown, notation: Notation): unknown {
  if (value instanceof JsonText) return writeValue(field, readValue(field, JSON.parse(value.text), jsonNotation), notation);
  const { node } = field;
  switch (node.kind) {
    case "structure": return writeStructure(node.fields, value, notation);
    case "list":
      assert(Array.isArray(value), `${field.name} is not an array`);
      return value.map((element: unknown) => (element === undefined || element === null ? null : writeValue(node.element, element, notation)));
    case "map": {
      assert(typeof value === "object" && value !== null, `${field.name} is not an object`);
      const tree: Loose = {};
      for (const [key, entry] of Object.entries(value)) {
        if (entry !== undefined && (entry !== null || node.shape.sparse)) setEntry(tree, key, entry === null ? null : writeValue(node.value, entry, notation));
      }
      return tree;
    }
    case "timestamp":
      assert(value instanceof Date, `${field.name} is not a Date`);
      return notation.writeTimestamp(value, field.member.timestampFormat ?? "epoch-seconds");
    case "blob":
      assert(value instanceof Uint8Array, `${field.name} is not bytes`);
      return notation.writeBlob(value);
    case "float": case "double":
      return typeof value === "number" && !Number.isFinite(value) && notation === jsonNotation ? String(value) : value;
    default: return value;
  }
}
