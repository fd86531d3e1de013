// What ListObjects and ListObjectsV2 have in common: parameters checked, names collected, texts encoded.
import { limits } from "../../kernel/limits.ts";
import { invalidArgument } from "./errors.ts";
import { encodeKey } from "./names.ts";
import type { S3Context } from "./op.ts";
import { keys, type ObjectRecord } from "./records.ts";
import { scan, startAfter } from "./scan.ts";

const INTEGER_MAX = 2_147_483_647;

/** A page size the client gave; absent means, and more means, the greatest there is. Throws InvalidArgument. */
export function pageSize(asked: number | undefined, parameter: string, name: string): number {
  if (asked === undefined) return limits.s3.listKeysMax;
  if (!Number.isInteger(asked) || asked < 0 || asked > INTEGER_MAX) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and ${INTEGER_MAX}`, parameter, asked);
  }
  return Math.min(asked, limits.s3.listKeysMax);
}

/** How names are written in the answer. Throws InvalidArgument for an encoding other than `url`. */
export function nameWriter(encoding: string | undefined): (name: string) => string {
  if (encoding === undefined) return (name) => name;
  if (encoding !== "url") throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", encoding);
  return encodeKey;
}

export interface ListedObjects {
  readonly objects: readonly { readonly key: string; readonly object: ObjectRecord }[];
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or prefix shown. */
  readonly last: string | undefined;
}

interface Wanted {
  readonly prefix: string;
  readonly delimiter: string;
  /** Names up to this one have been shown. */
  readonly marker: string | undefined;
  readonly limit: number;
}

export async function listObjectsOf({ store }: Pick<S3Context, "store">, bucket: string, { prefix, delimiter, marker, limit }: Wanted): Promise<ListedObjects> {
  const space = keys.objects(bucket);
  const objects: { key: string; object: ObjectRecord }[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  const from = marker ? startAfter(space, marker, { prefix, delimiter }) : undefined;
  if (limit === 0 || (marker && from === undefined)) return { objects, prefixes, truncated: false, last };
  for await (const { name, entry } of scan<ObjectRecord>(store, space, { prefix, delimiter, from, expected: limit })) {
    if (objects.length + prefixes.length === limit) return { objects, prefixes, truncated: true, last };
    if (entry) objects.push({ key: name, object: entry.value });
    else prefixes.push(name);
    last = name;
  }
  return { objects, prefixes, truncated: false, last };
}
