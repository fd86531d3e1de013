// Items as the store keeps them: JSON in which bytes are base64, marked so that items without bytes need no second look.
import { attributeOf, itemBytes, setAttribute, type AttributeValue, type Item } from "./attribute-value.ts";

/** A value of JSON: the item as the wire writes it. */
export type WireItem = Readonly<Record<string, unknown>>;

/** The second element says that there are bytes somewhere. */
export type Packed = readonly [item: WireItem] | readonly [item: WireItem, bytes: 1];

export const packItem = (item: Item): Packed => (hasBytes(item) ? [wireItem(item), 1] : [item]);

export const unpackItem = ([item, bytes]: Packed): Item => (bytes === 1 ? readItem(item) : (item as Item));

/** An item as it was read: parsed when somebody looks into it, as many only pass through. */
export class StoredItem {
  readonly #text: string;
  #item: Item | undefined;
  #bytes: number | undefined;

  /** `text` is the JSON of a `Packed`. */
  constructor(text: string) {
    this.#text = text;
  }

  get item(): Item {
    return (this.#item ??= unpackItem(JSON.parse(this.#text) as Packed));
  }

  /** What it counts for (`itemBytes`). */
  get bytes(): number {
    return (this.#bytes ??= itemBytes(this.item));
  }

  /** It does not count for more; known without parsing, as all that counts stands in the text, each character in at most three bytes. */
  get bytesMax(): number {
    return this.#bytes ?? this.#text.length * 3;
  }

  get characters(): number {
    return this.#text.length;
  }

  /** The item as the wire writes it, in JSON. */
  get json(): string {
    return this.#text.slice(1, this.#text.endsWith(",1]") ? -3 : -1);
  }
}

/** The item in JSON's types, as event records carry it. */
export function wireItem(item: Item): WireItem {
  const wire: Record<string, unknown> = {};
  for (const name of Object.keys(item)) {
    const value = attributeOf(item, name);
    if (value) setAttribute(wire as Record<string, AttributeValue>, name, wireValue(value) as AttributeValue);
  }
  return wire;
}

function wireValue(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: toBase64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(toBase64) };
  if (value.L !== undefined) return { L: value.L.map(wireValue) };
  return value.M === undefined ? value : { M: wireItem(value.M) };
}

function readItem(wire: WireItem): Item {
  const item: Record<string, AttributeValue> = {};
  for (const name of Object.keys(wire)) setAttribute(item, name, readValue(wire[name] as WireItem));
  return item;
}

function readValue(value: WireItem): AttributeValue {
  if (typeof value["B"] === "string") return { B: fromBase64(value["B"]) };
  if (Array.isArray(value["BS"])) return { BS: value["BS"].map((text: string) => fromBase64(text)) };
  if (Array.isArray(value["L"])) return { L: value["L"].map((element: WireItem) => readValue(element)) };
  return value["M"] === undefined ? (value as AttributeValue) : { M: readItem(value["M"] as WireItem) };
}

function hasBytes(item: Item): boolean {
  for (const name of Object.keys(item)) {
    const value = attributeOf(item, name);
    if (value && valueHasBytes(value)) return true;
  }
  return false;
}

const valueHasBytes = (value: AttributeValue): boolean =>
  value.B !== undefined || value.BS !== undefined || (value.L?.some(valueHasBytes) ?? false) || (value.M !== undefined && hasBytes(value.M));

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
