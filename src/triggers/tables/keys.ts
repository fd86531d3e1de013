// Where tables, items, index entries and streams live in the Store. Ids, not names, tie the levels, so a recreated name never sees old data.
import { createHash } from "node:crypto";
import { limits } from "../../kernel/limits.ts";
import type { Key } from "../../ports/store.ts";
import { attributeOf, keyOfBytes, valueBytes, type AttributeValue, type Item } from "./attribute-value.ts";
import { orderedNumber } from "./decimal.ts";
import type { Index, KeyAttribute, KeySchema, Scope, Table } from "./table.ts";

export const allTables: Key = ["table", "record"];
export const tablesOf = ({ account, region }: Scope): Key => [...allTables, account, region];
export const tableKey = (scope: Scope, name: string): Key => [...tablesOf(scope), name];
export const itemsOf = (tableId: string): Key => ["table", "item", tableId];
export const entriesOf = (tableId: string, indexId: string): Key => ["table", "entry", tableId, indexId];
export const allEntriesOf = (tableId: string): Key => ["table", "entry", tableId];
export const streamsOf = ({ account, region }: Scope): Key => ["table", "stream", account, region];
export const streamKey = (scope: Scope, table: string, label: string): Key => [...streamsOf(scope), table, label];
export const allStreams: Key = ["table", "stream"];
export const countsKey = (tableId: string): Key => ["table", "counts", tableId];
/** Tables whose items expire. */
export const expiring: Key = ["table", "expiring"];
export const expiringKey = (tableId: string): Key => [...expiring, tableId];
/** What is left to do in the background, so that a restart finds it: indexes to build, remains to remove. */
export const chores: Key = ["table", "chore"];
export const choreKey = (tableId: string, part: string): Key => [...chores, tableId, part];
export const allBackups: Key = ["table", "backup"];
export const backupsOf = ({ account, region }: Scope): Key => [...allBackups, account, region];
export const backupKey = (scope: Scope, id: string): Key => [...backupsOf(scope), id];
export const tokens: Key = ["table", "token"];
export const tokenKey = ({ account, region }: Scope, token: string): Key => [...tokens, account, region, token];

/** Longer parts whose order does not matter are digested, so that the longest allowed keys fit into the store's. */
const PART_CHARACTERS_MAX = 480;

/** A scalar as a text whose order is the values' order. */
export function orderedText(value: AttributeValue): string {
  if (value.N !== undefined) return orderedNumber(value.N);
  if (value.B !== undefined) return keyOfBytes(value.B);
  return value.S?.toWellFormed() ?? "";
}

const shortened = (text: string): string => (text.length <= PART_CHARACTERS_MAX && Buffer.byteLength(text) <= PART_CHARACTERS_MAX ? text : `\u0002${createHash("sha256").update(text).digest("base64")}`);

const HASH_SLOTS = 65_536;

/** A slot of 0 … 65535 (FNV-1a, folded), in front of the hash key: it spreads a scan's segments evenly. */
function slotOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
}

const slotText = (slot: number): string => slot.toString(16).padStart(4, "0");

/** Share `segment` of `segments` of all hash keys. */
export interface Share {
  readonly segment: number;
  readonly segments: number;
}

/** Where a share begins and where the next one does; the last has no end. */
export function shareEnds({ segment, segments }: Share): { readonly from: string; readonly before: string | undefined } {
  const slot = (of: number): number => Math.floor((of * HASH_SLOTS) / segments);
  return { from: slotText(slot(segment)), before: slot(segment + 1) === HASH_SLOTS ? undefined : slotText(slot(segment + 1)) };
}

/** Whether the item with these key attributes belongs to the share. */
export function inShare({ hash }: KeySchema, item: Item, share: Share): boolean {
  const value = attributeOf(item, hash.name);
  const part = value ? hashPart(value) : "";
  const { from, before } = shareEnds(share);
  return part >= from && (before === undefined || part < before);
}

/** The part of a key that stands for the hash key's value. */
export function hashPart(value: AttributeValue): string {
  const text = orderedText(value);
  return `${slotText(slotOf(text))}${shortened(text)}`;
}

/** The item's address; the item holds its key attributes. */
export function itemKey(table: Pick<Table, "id" | "key">, item: Item): Key {
  const [hash, range] = keyParts(table.key, item);
  return range === undefined ? ["table", "item", table.id, hash] : ["table", "item", table.id, hash, range];
}

function keyParts({ hash, range }: KeySchema, item: Item): readonly [string, string?] {
  const hashValue = attributeOf(item, hash.name);
  const rangeValue = range && attributeOf(item, range.name);
  if (!hashValue || (range && !rangeValue)) throw new Error("bug: an item without its key");
  return rangeValue ? [hashPart(hashValue), orderedText(rangeValue)] : [hashPart(hashValue)];
}

/** Two items of one index key differ by this. */
const tieOf = (table: Pick<Table, "key">, item: Item): string => shortened(keyParts(table.key, item).join("\u0001"));

/** Where the item stands in the index; undefined when it lacks an attribute of the index's key or has what can not be one, as items may that are older than the index. */
export function entryKey(table: Pick<Table, "id" | "key">, index: Pick<Index, "id" | "key">, item: Item): Key | undefined {
  const { hash, range } = index.key;
  const hashValue = attributeOf(item, hash.name);
  const rangeValue = range && attributeOf(item, range.name);
  if (!canBeKey(hashValue, hash, limits.tables.hashKeyBytesMax) || (range && !canBeKey(rangeValue, range, limits.tables.rangeKeyBytesMax))) return undefined;
  const base: Key = ["table", "entry", table.id, index.id, hashPart(hashValue)];
  return rangeValue ? [...base, orderedText(rangeValue), tieOf(table, item)] : [...base, tieOf(table, item)];
}

function canBeKey(value: AttributeValue | undefined, { type }: KeyAttribute, bytesMax: number): value is AttributeValue {
  return value?.[type] !== undefined && value.S !== "" && value.B?.byteLength !== 0 && valueBytes(value) <= bytesMax;
}

/** Where an item that expires stands among its kind, soonest first; undefined when it does not expire. */
export function expiryKey(table: Pick<Table, "id" | "key" | "ttl">, item: Item): Key | undefined {
  const seconds = expiresAtSeconds(table, item);
  return table.ttl && seconds !== undefined ? ["table", "entry", table.id, table.ttl.id, seconds, tieOf(table, item)] : undefined;
}

/** The epoch second at which the item expires. */
export function expiresAtSeconds({ ttl }: Pick<Table, "ttl">, item: Item): number | undefined {
  const text = ttl && attributeOf(item, ttl.attribute)?.N;
  const seconds = text === undefined ? NaN : Number(text);
  return Number.isFinite(seconds) ? seconds : undefined;
}
