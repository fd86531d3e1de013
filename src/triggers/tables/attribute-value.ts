// What an item is made of: attribute values in the shape every client sends, and the few questions all rooms ask about them.
import { canonicalNumber, compareNumbers } from "./decimal.ts";

/** Exactly one member is set; numbers are canonical decimal texts, binaries are bytes. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: Uint8Array;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly Uint8Array[];
  readonly M?: Item;
  readonly L?: readonly AttributeValue[];
  readonly NULL?: boolean;
  readonly BOOL?: boolean;
}

export type Item = Readonly<Record<string, AttributeValue>>;

export type TypeName = "S" | "N" | "B" | "SS" | "NS" | "BS" | "M" | "L" | "NULL" | "BOOL";

export function typeOf(value: AttributeValue): TypeName {
  for (const name in value) if (value[name as TypeName] !== undefined) return name as TypeName;
  throw new Error("bug: an attribute value without a type");
}

/** The attribute of this very item: names such as `constructor` are names like any other. */
export const attributeOf = (item: Item, name: string): AttributeValue | undefined => (Object.hasOwn(item, name) ? item[name] : undefined);

/** Sets an attribute of an object under construction, whatever its name. */
export function setAttribute(item: Record<string, AttributeValue>, name: string, value: AttributeValue): void {
  if (name === "__proto__") Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
  else item[name] = value;
}

/** The named attributes, those that are there. */
export function pick(item: Item, names: Iterable<string>): Item {
  const picked: Record<string, AttributeValue> = {};
  for (const name of names) {
    const value = attributeOf(item, name);
    if (value) setAttribute(picked, name, value);
  }
  return picked;
}

export const compareBytes = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

/** Strings order by their UTF-8 bytes. UTF-16 units order the same but for surrogates, which lie below U+E000 … U+FFFF there. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  return /[\ud800-\uffff]/.test(a) && /[\ud800-\uffff]/.test(b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : 1;
}

/** Equality of types and values; sets are equal in any order. */
export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  if (a.S !== undefined) return a.S === b.S;
  if (a.N !== undefined) return a.N === b.N;
  if (a.B !== undefined) return b.B !== undefined && compareBytes(a.B, b.B) === 0;
  if (a.BOOL !== undefined) return a.BOOL === b.BOOL;
  if (a.NULL !== undefined) return b.NULL !== undefined;
  if (a.SS !== undefined) return b.SS !== undefined && equalSets(a.SS, b.SS);
  if (a.NS !== undefined) return b.NS !== undefined && equalSets(a.NS, b.NS);
  if (a.BS !== undefined) return b.BS !== undefined && equalSets(a.BS.map(keyOfBytes), b.BS.map(keyOfBytes));
  const [listA, listB] = [a.L, b.L];
  if (listA !== undefined) return listB !== undefined && listA.length === listB.length && listA.every((value, at) => listB[at] !== undefined && equalValues(value, listB[at]));
  return a.M !== undefined && b.M !== undefined && equalItems(a.M, b.M);
}

export function equalItems(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => {
    const [left, right] = [attributeOf(a, name), attributeOf(b, name)];
    return left !== undefined && right !== undefined && equalValues(left, right);
  });
}

function equalSets(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const members = new Set(a);
  return b.every((member) => members.has(member));
}

/** Bytes as a text that can be a member of a Set. */
export const keyOfBytes = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** The order of two scalars of one type (S, N, B); undefined when they can not be compared. */
export function compareScalars(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return compareStrings(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  return a.B !== undefined && b.B !== undefined ? compareBytes(a.B, b.B) : undefined;
}

/** AWS: bytes an item counts for, names included. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name of Object.keys(item)) {
    const value = attributeOf(item, name);
    if (value) bytes += textBytes(name) + valueBytes(value);
  }
  return bytes;
}

/** AWS: what a list or map counts for itself, and each of its elements besides its own size. */
const DOCUMENT_BYTES = 3;
const ELEMENT_BYTES = 1;

export function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return textBytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + textBytes(text), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, text) => sum + numberBytes(text), 0);
  if (value.BS !== undefined) return value.BS.reduce((sum, bytes) => sum + bytes.byteLength, 0);
  if (value.L !== undefined) return value.L.reduce((sum, element) => sum + valueBytes(element) + ELEMENT_BYTES, DOCUMENT_BYTES);
  const map = value.M ?? {};
  return itemBytes(map) + DOCUMENT_BYTES + Object.keys(map).length * ELEMENT_BYTES;
}

const textBytes = (text: string): number => Buffer.byteLength(text);

/** AWS, as measured: digits before and behind the point are paired each for themselves, between the first and the last that is not a zero. */
function numberBytes(text: string): number {
  const [whole = "", fraction = ""] = text.replace(/^-/, "").split(".");
  const before = fraction === "" ? whole.replace(/^0$|0+$/, "") : whole.replace(/^0$/, "");
  const behind = before === "" ? fraction.replace(/^0+/, "") : fraction;
  return Math.ceil(before.length / 2) + Math.ceil(behind.length / 2) + (text.startsWith("-") ? 2 : 1);
}

/** The value with its numbers in canonical form and its sets in order; the same object for a scalar that is so already. */
export function canonicalValue(value: AttributeValue): AttributeValue {
  if (value.N !== undefined) {
    const text = canonicalNumber(value.N);
    return text === value.N ? value : { N: text };
  }
  if (value.SS !== undefined) return { SS: value.SS.toSorted(compareStrings) };
  if (value.NS !== undefined) return { NS: value.NS.map(canonicalNumber).toSorted(compareNumbers) };
  if (value.BS !== undefined) return { BS: value.BS.toSorted(compareBytes) };
  if (value.L !== undefined) return { L: value.L.map(canonicalValue) };
  return value.M === undefined ? value : { M: canonicalItem(value.M) };
}

/** Like `canonicalValue`, for every attribute. */
export function canonicalItem(item: Item): Item {
  let copy: Record<string, AttributeValue> | undefined;
  for (const name of Object.keys(item)) {
    const value = attributeOf(item, name);
    const canonical = value && canonicalValue(value);
    if (canonical && canonical !== value) setAttribute((copy ??= { ...item }), name, canonical);
  }
  return copy ?? item;
}
