// Keys against the table's schema: of requests that name an item, of items that are put, of items as entries of indexes.
import { limits } from "../../kernel/limits.ts";
import { attributeOf, typeOf, valueBytes, type AttributeValue, type Item } from "../../triggers/tables/attribute-value.ts";
import { keyNames, type KeyAttribute, type Table } from "../../triggers/tables/table.ts";
import { invalid, invalidParameters, misfit } from "./faults.ts";
import { readItem } from "./values.ts";

const attributesOf = ({ key: { hash, range } }: Pick<Table, "key">): readonly KeyAttribute[] => (range ? [hash, range] : [hash]);

/** A request's `Key`: exactly the key attributes, of their types. */
export const readKey = (table: Table, sent: unknown): Item => fittingKey(table, readItem(sent ?? {}));

/** The same of a key whose values have been read. */
export function fittingKey(table: Table, key: Item): Item {
  const attributes = attributesOf(table);
  const mismatch = (): Error => misfit(invalid("The provided key element does not match the schema"));
  if (Object.keys(key).length !== attributes.length) throw mismatch();
  for (const { name, type } of attributes) {
    const value = attributeOf(key, name);
    if (value?.[type] === undefined) throw mismatch();
    refuseEmpty(value, `Key: ${name}`, "");
  }
  checkKeySizes(table, key);
  return key;
}

/** An item that is put: it has its key, of the right types, and fits the keys of all indexes. */
export function checkItemKeys(table: Table, item: Item): void {
  for (const { name, type } of attributesOf(table)) {
    const value = attributeOf(item, name);
    if (!value) throw misfit(invalidParameters(`Missing the key ${name} in the item`));
    if (value[type] === undefined) throw misfit(invalidParameters(`Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`));
    refuseEmpty(value, `Key: ${name}`, "");
  }
  checkKeySizes(table, item);
  checkIndexKeys(table, item);
}

/** Attributes that are keys of an index have the key's type, or are not there. */
export function checkIndexKeys(table: Table, item: Item): void {
  for (const { name: indexName, key } of table.indexes) {
    for (const attribute of [key.hash, key.range]) {
      const value = attribute && attributeOf(item, attribute.name);
      if (!attribute || !value) continue;
      if (value[attribute.type] === undefined) {
        throw misfit(invalidParameters(`Type mismatch for Index Key ${attribute.name} Expected: ${attribute.type} Actual: ${typeOf(value)} IndexName: ${indexName}`));
      }
      refuseEmpty(value, `IndexName: ${indexName}, IndexKey: ${attribute.name}`, " A value specified for a secondary index key is not supported.");
      if (valueBytes(value) > (attribute === key.hash ? limits.tables.hashKeyBytesMax : limits.tables.rangeKeyBytesMax)) throw tooLong(attribute === key.hash);
    }
  }
}

function refuseEmpty(value: AttributeValue, where: string, about: string): void {
  const empty = value.S === "" ? "string" : value.B?.byteLength === 0 ? "binary" : undefined;
  if (empty) throw invalid(`One or more parameter values are not valid.${about} The AttributeValue for a key attribute cannot contain an empty ${empty} value. ${where}`);
}

function checkKeySizes(table: Table, item: Item): void {
  const { hash, range } = table.key;
  const [hashValue, rangeValue] = [attributeOf(item, hash.name), range && attributeOf(item, range.name)];
  if (hashValue && valueBytes(hashValue) > limits.tables.hashKeyBytesMax) throw tooLong(true);
  if (rangeValue && valueBytes(rangeValue) > limits.tables.rangeKeyBytesMax) throw tooLong(false);
}

// The missing space is the original's.
const tooLong = (hash: boolean): Error =>
  misfit(invalidParameters(
    hash
      ? `Size of hashkey has exceeded the maximum size limit of${limits.tables.hashKeyBytesMax} bytes`
      : `Aggregated size of all range keys has exceeded the size limit of ${limits.tables.rangeKeyBytesMax} bytes`,
  ));

/** Keys, those of indexes too, are scalars: no path leads further. */
export function refuseNestedKeys(table: Table, nested: readonly string[]): void {
  if (nested.length === 0) return;
  const wrong = (word: string, name: string): Error => invalid(`Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${word}: ${name}`);
  for (const name of keyNames(table.key)) if (nested.includes(name)) throw wrong("Key", name);
  for (const { key } of table.indexes) for (const name of keyNames(key)) if (nested.includes(name)) throw wrong("IndexKey", name);
}

/** Paths of an update must not lead into the key. */
export function refuseKeyChange(table: Table, names: Iterable<string>): void {
  const keys = keyNames(table.key);
  for (const name of names) if (keys.includes(name)) throw invalidParameters(`Cannot update attribute ${name}. This attribute is part of the key`);
}
