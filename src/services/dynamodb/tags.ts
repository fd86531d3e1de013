// Tags of tables: fifty at most, keys and values of the original's characters and lengths.
import type { Tag } from "@aws-sdk/client-dynamodb";
import { parseArn } from "../../kernel/arn.ts";
import type { Scope } from "../../triggers/tables/table.ts";
import { invalid } from "./faults.ts";
import { tableRef, type TableRef } from "./lookup.ts";

/** AWS: tags per resource, and what their texts are made of. */
const TAGS_MAX = 50;
const KEY_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export function mergeTags(tags: Readonly<Record<string, string>>, added: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  const keys = (added ?? []).map(({ Key = "" }) => Key);
  const repeated = keys.find((key, at) => keys.indexOf(key) !== at);
  if (repeated !== undefined) throw invalid(`Duplicate Tag Keys provided as input: Duplicate Tag Key found ${repeated}`);
  const reserved = keys.find((key) => key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) throw invalid(`Tag Key cannot be prefixed with aws:, Key: ${reserved}`);
  for (const { Key, Value } of added ?? []) {
    if (!fits(Key, KEY_CHARACTERS_MAX)) throw invalid(`The Tag Key provided is invalid, Key: ${Key}`);
    if (!fits(Value, VALUE_CHARACTERS_MAX)) throw invalid(`The Tag Value provided is invalid, Value: ${Value}`);
  }
  const merged = { ...tags, ...Object.fromEntries((added ?? []).map(({ Key = "", Value = "" }) => [Key, Value])) };
  if (Object.keys(merged).length > TAGS_MAX) throw invalid("Number of Tags exceed the current limit for the provided ResourceArn");
  return merged;
}

const fits = (text = "", charactersMax: number): boolean => text.length <= charactersMax && CHARACTERS.test(text);

/** The table a tag operation's ARN names; indexes have no tags. */
export function taggedTable(scope: Scope, arn: string): TableRef {
  if (parseArn(arn)?.resource.includes("/index/") !== false) throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  return tableRef(scope, arn);
}
