// Headers, query strings, XML text and form parameters carry scalars as text; here is both directions, once.
import type { Fault } from "../../kernel/fault.ts";
import { assert } from "../../kernel/fault.ts";
import type { TimestampFormat } from "../model.ts";
import type { Field, ScalarNode } from "./shapes.ts";

/** Makes the Fault for a text that is not what the model says; every protocol has its own words. */
export type Refuse = (expected: string, name: string, text: string) => Fault;

const INT_MAX = 2_147_483_647;
const LONG_MAX = 2 ** 63;
const integerText = /^[+-]?\d{1,20}$/;
const floatText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const isoText = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?)?$/;
const httpText = /^[A-Za-z]{3,9},? [\dA-Za-z: .-]{10,40}$/;

/** A typed value from its text. `name` is what the caller knows the value by. */
export function parseScalar(field: Field, text: string, format: TimestampFormat, refuse: Refuse): unknown {
  const node = field.node as ScalarNode;
  switch (node.kind) {
    case "string": return text;
    case "boolean": {
      const lower = text.trim().toLowerCase();
      if (lower === "true") return true;
      if (lower === "false") return false;
      throw refuse("Boolean", field.name, text);
    }
    case "integer": case "long": {
      const trimmed = text.trim();
      const value = integerText.test(trimmed) ? Number(trimmed) : NaN;
      if (Math.abs(value) <= (node.kind === "integer" ? INT_MAX : LONG_MAX)) return value;
      throw refuse(node.kind === "integer" ? "Integer" : "Long", field.name, text);
    }
    case "float": case "double": {
      const trimmed = text.trim();
      if (floatText.test(trimmed)) return Number(trimmed);
      const special = specialNumber(trimmed);
      if (special === undefined) throw refuse(node.kind === "float" ? "Float" : "Double", field.name, text);
      return special;
    }
    case "timestamp": {
      const date = parseTimestamp(text.trim(), field.member.timestampFormat ?? format);
      if (!date) throw refuse("Timestamp", field.name, text);
      return date;
    }
    case "blob": {
      const bytes = parseBase64(text.trim());
      if (!bytes) throw refuse("Blob", field.name, text);
      return bytes;
    }
    case "document": throw refuse("Document", field.name, text);
  }
}

/** The text of a typed value. A value of another type than the model's is a bug of the handler. */
export function formatScalar(field: Field, value: unknown, format: TimestampFormat): string {
  const node = field.node as ScalarNode;
  switch (node.kind) {
    case "timestamp": {
      assert(value instanceof Date, `${field.name} is not a Date`);
      return formatTimestamp(value, field.member.timestampFormat ?? format);
    }
    case "blob": {
      assert(value instanceof Uint8Array, `${field.name} is not bytes`);
      return toBase64(value);
    }
    default: return String(value);
  }
}

/** JSON and text write the numbers that are none as words. */
export function specialNumber(text: string): number | undefined {
  if (text === "NaN") return NaN;
  if (text === "Infinity") return Infinity;
  return text === "-Infinity" ? -Infinity : undefined;
}

export function parseTimestamp(text: string, format: TimestampFormat): Date | undefined {
  if (format === "epoch-seconds") return floatText.test(text) ? validDate(Number(text) * 1000) : undefined;
  if (format === "http-date") return httpText.test(text) ? validDate(Date.parse(text)) : undefined;
  const iso = isoText.exec(text);
  if (!iso) return undefined;
  const [, day = "", minutes = "00:00", seconds = ":00", zone = "Z"] = iso;
  const colonZone = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return validDate(Date.parse(`${day}T${minutes}${seconds}${colonZone}`));
}

/** The moment, or undefined where no calendar reaches. Rounded to the millisecond a Date can hold. */
export function validDate(ms: number): Date | undefined {
  const date = new Date(Math.round(ms));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export function formatTimestamp(date: Date, format: TimestampFormat): string {
  if (format === "epoch-seconds") return String(date.getTime() / 1000);
  return format === "http-date" ? date.toUTCString() : date.toISOString();
}

/** The bytes, or undefined when the text is not plain base64 (no whitespace, no URL alphabet, padded). */
export function parseBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(text, "base64");
  // The decoder skips what it does not know; then fewer bytes come out than the length promises.
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (bytes.length !== (text.length / 4) * 3 - padding || text.includes("-") || text.includes("_")) return undefined;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
