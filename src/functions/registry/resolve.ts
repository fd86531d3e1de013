// From a name with a qualifier to the one version that runs: `$LATEST`, a number, or an alias with its weights.
import { own } from "../../kernel/own.ts";
import type { Alias, FunctionRecord, FunctionRef, Version } from "../function.ts";
import type { RecordCache } from "./record-cache.ts";
import { functionKey, versionKey } from "./keys.ts";

export interface Resolver {
  /** From memory; undefined when it is not known there. */
  peek(ref: FunctionRef): Version | undefined;
  /** Undefined when there is no such version. */
  read(ref: FunctionRef): Promise<Version | undefined>;
}

export function resolver(deps: { readonly functions: RecordCache<FunctionRecord>; readonly versions: RecordCache<Version>; readonly random: () => number }): Resolver {
  const { functions, versions, random } = deps;
  return {
    peek: (ref) => {
      const record = functions.peek(functionKey(ref));
      const wanted = record && versionNameOf(record, ref.qualifier, random);
      return wanted === undefined || wanted === "$LATEST" ? wanted && record?.latest : versions.peek(versionKey(ref, wanted));
    },
    read: async (ref) => {
      const record = await functions.read(functionKey(ref));
      const wanted = record && versionNameOf(record, ref.qualifier, random);
      return wanted === undefined || wanted === "$LATEST" ? wanted && record?.latest : versions.read(versionKey(ref, wanted));
    },
  };
}

/** The version a qualifier means, which may not exist; undefined for an alias that does not exist. */
function versionNameOf(record: FunctionRecord, qualifier: string | undefined, random: () => number): string | undefined {
  if (qualifier === undefined || qualifier === "$LATEST") return "$LATEST";
  if (isVersionNumber(qualifier)) return qualifier;
  const alias = own(record.aliases, qualifier);
  return alias && versionOfAlias(alias, random);
}

function versionOfAlias({ version, weights }: Alias, random: () => number): string {
  let drawn = random();
  for (const [other, weight] of Object.entries(weights)) {
    if (drawn < weight) return other;
    drawn -= weight;
  }
  return version;
}

const isVersionNumber = (qualifier: string): boolean => /^[0-9]{1,15}$/.test(qualifier);
