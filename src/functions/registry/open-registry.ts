// The registry of functions: each change is one commit of the record, its hold on the code and the note of who uses it.
import { functionArn } from "../../kernel/arn.ts";
import type { Clock } from "../../kernel/clock.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { uuid } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";
import { del, hold, release, set, transact, unchanged, type Store, type Write } from "../../ports/store.ts";
import type { CodePackage, FunctionRecord, FunctionRef, Scope, Version } from "../function.ts";
import type { Registry } from "../heart.ts";
import type { OpenPackages } from "../packages/open-packages.ts";
import { codeUserKey, codeUsersKey, functionKey, scopeKey, type FunctionName } from "./keys.ts";
import { recordCache } from "./record-cache.ts";
import { urlIndex, urlWrites } from "./url-index.ts";

export interface RegistryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly packages: Pick<OpenPackages, "blobOf">;
  /** Called after a function changed or went, here or on another node; `find` then tells the new truth. */
  readonly onChange: (at: FunctionName) => void;
  /** Called after the last hold of one function on some code has gone; others may still use it. */
  readonly onCodeLeft: (blobId: string) => void;
  /** Awaited after a function's record has gone, before `remove` resolves. */
  readonly onRemoved: (at: FunctionName) => Promise<void>;
}

export interface OpenRegistry extends Registry, Disposable {
  /** The version a ref points to, from memory; undefined when it is not known there. */
  cachedVersion(ref: FunctionRef): Version | undefined;
  /** Fault ResourceNotFoundException as AWS words it. */
  versionOf(ref: FunctionRef): Promise<Version>;
  usesCode(blobId: string): Promise<boolean>;
}

export function openRegistry(deps: RegistryDeps): OpenRegistry {
  const { store, clock, packages } = deps;
  const cache = recordCache(store, deps.onChange);

  /** Decides on the record as it is in storage; an undefined decision leaves it alone. */
  const change = async (at: FunctionName, decide: (record: FunctionRecord) => { readonly record: FunctionRecord; readonly writes: readonly Write[] } | undefined) => {
    const key = functionKey(at);
    const result = await transact(store, async () => {
      const entry = await store.get<FunctionRecord>(key);
      const decision = entry && decide(entry.value);
      if (!decision) return { checks: [], writes: [], result: entry?.value };
      return { checks: [unchanged(key, entry)], writes: [set(key, decision.record), ...decision.writes], result: decision.record };
    });
    cache.forget(at);
    return result;
  };
  const versionOf = async (ref: FunctionRef): Promise<Version> => {
    const record = await cache.read(ref);
    const version = record && versionIn(record, ref.qualifier);
    if (!version) throw functionNotFound(ref);
    return version;
  };
  return {
    versionOf,
    cachedVersion: (ref) => {
      const record = cache.peek(ref);
      return record && versionIn(record, ref.qualifier);
    },
    usesCode: async (blobId) => (await store.list({ prefix: codeUsersKey(blobId), limit: 1 })).length > 0,
    find: (ref) => cache.read(ref),
    byUrl: urlIndex(store, cache.read),

    create: async (scope, name, code, settings, tags) => {
      const at = { account: scope.account, region: scope.region, name };
      const key = functionKey(at);
      const now = clock.now();
      const latest: Version = { ...at, id: uuid(), version: "$LATEST", code: plain(code), settings, modifiedMs: now };
      const record: FunctionRecord = { ...at, createdMs: now, latest, tags, policies: {} };
      const commit = await store.commit([{ key, version: null }], [set(key, record), ...takeCode(packages, code, at)]);
      if (!commit.ok) throw fault("ResourceConflictException", { message: `Function already exist: ${name}`, Type: "User" });
      cache.forget(at);
      return record;
    },

    list: async (scope, afterName, limit) => {
      const records: FunctionRecord[] = [];
      for (let after = afterName; records.length < limit; after = records.at(-1)?.name) {
        const wanted = Math.min(limit - records.length, limits.store.listMax);
        const from = after === undefined ? {} : { after: functionKey({ ...scope, name: after }) };
        const page = await store.list<FunctionRecord>({ prefix: scopeKey(scope), limit: wanted, ...from });
        records.push(...page.map(({ value }) => value));
        if (page.length < wanted) break;
      }
      return records;
    },

    update: async (ref, { code, settings, expectedRevision }) => {
      const at = unqualified(ref);
      let left: string | undefined;
      const record = await change(at, (record) => {
        if (expectedRevision !== undefined && expectedRevision !== record.latest.id) throw staleRevision();
        const before = record.latest.code.blobId;
        const moves = code !== undefined && code.blobId !== before;
        left = moves ? before : undefined;
        const latest = { ...record.latest, id: uuid(), modifiedMs: clock.now(), code: code ? plain(code) : record.latest.code, settings: { ...record.latest.settings, ...settings } };
        return { record: { ...record, latest }, writes: code && moves ? [...takeCode(packages, code, at), ...leaveCode(before, at)] : [] };
      });
      if (record && left !== undefined) deps.onCodeLeft(left);
      return record;
    },

    changePolicy: (ref, decide) => {
      const qualifier = ref.qualifier ?? "$LATEST";
      return change(unqualified(ref), (record) => {
        const { [qualifier]: current, ...others } = record.policies;
        const next = decide(current);
        return { record: { ...record, policies: next ? { ...others, [qualifier]: next } : others }, writes: [] };
      });
    },

    changeTags: (ref, decide) => change(unqualified(ref), (record) => ({ record: { ...record, tags: decide(record.tags) }, writes: [] })),

    changeUrls: (ref, decide) => {
      const at = unqualified(ref);
      return change(at, (record) => {
        const urls = decide(record.urls ?? {});
        return { record: { ...record, urls }, writes: urlWrites(at, record.urls, urls) };
      });
    },

    remove: async (ref) => {
      const at = unqualified(ref);
      const key = functionKey(at);
      const gone = await transact(store, async () => {
        const entry = await store.get<FunctionRecord>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        const { blobId } = entry.value.latest.code;
        return { checks: [unchanged(key, entry)], writes: [del(key), ...leaveCode(blobId, at), ...urlWrites(at, entry.value.urls)], result: blobId };
      });
      cache.forget(at);
      if (gone === undefined) return false;
      await deps.onRemoved(at);
      deps.onCodeLeft(gone);
      return true;
    },
    [Symbol.dispose]: () => cache[Symbol.dispose](),
  };
}

/** Versions and aliases come later: until then a qualifier other than `$LATEST` names nothing. */
function versionIn(record: FunctionRecord, qualifier: string | undefined): Version | undefined {
  return qualifier === undefined || qualifier === "$LATEST" ? record.latest : undefined;
}

const functionNotFound = (ref: FunctionRef): Fault =>
  fault("ResourceNotFoundException", { message: `Function not found: ${functionArn(ref, ref.qualifier)}`, Type: "User" });

const staleRevision = (): Fault =>
  fault("PreconditionFailedException", {
    message: "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    Type: "User",
  });

function takeCode(packages: Pick<OpenPackages, "blobOf">, code: CodePackage, at: FunctionName): readonly Write[] {
  return [hold(packages.blobOf(code), functionKey(at)), set(codeUserKey(code.blobId, at), 1)];
}

function leaveCode(blobId: string, at: FunctionName): readonly Write[] {
  return [release(blobId, functionKey(at)), del(codeUserKey(blobId, at))];
}

/** Only what the record is meant to keep, whatever else the caller's object carries. */
const plain = ({ blobId, sha256, sizeBytes, unpackedBytes }: CodePackage): CodePackage => ({ blobId, sha256, sizeBytes, unpackedBytes });

const unqualified = ({ account, region, name }: Scope & { readonly name: string }): FunctionName => ({ account, region, name });

