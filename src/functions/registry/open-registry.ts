// The registry of functions: each change is one commit of the record, its versions, their holds on code and the notes of who uses it.
import type { Clock } from "../../kernel/clock.ts";
import { fault } from "../../kernel/fault.ts";
import { uuid } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";
import { del, set, transact, unchanged, type Entry, type Key, type Store, type Write } from "../../ports/store.ts";
import type { ConcurrencyFacts } from "../concurrency/shares.ts";
import type { FunctionRecord, FunctionRef, Scope, Version } from "../function.ts";
import type { Latest, Registry } from "../heart.ts";
import type { OpenPackages } from "../packages/open-packages.ts";
import { codeOf, handOverCode, plainCode, type Handover } from "./code-holds.ts";
import { codeUsersKey, concurrencyKey, functionInKey, functionKey, scopeKey, versionKey, versionsKey, type FunctionName } from "./keys.ts";
import { publication } from "./publication.ts";
import { recordCache } from "./record-cache.ts";
import { folderIsNotPublished, functionNotFound, staleRevision, versionIsPointedTo } from "./refusals.ts";
import { resolver } from "./resolve.ts";
import { urlIndex, urlWrites } from "./url-index.ts";

export interface RegistryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly packages: Pick<OpenPackages, "blobOf">;
  /** Chooses between the two versions of an alias with weights: 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Called after a function or one of its versions changed or went, here or on another node; what is read then is the new truth. */
  readonly onChange: (at: FunctionName) => void;
  /** Called after the last hold of one version on some code has gone; others may still use it. */
  readonly onCodeLeft: (blobId: string) => void;
  /** Called when what a function has set aside has changed, before the change is reported; undefined when the function has gone. */
  readonly onConcurrency: (at: FunctionName, facts: ConcurrencyFacts | undefined) => void;
  /** Awaited after a function's record has gone, before `remove` resolves. */
  readonly onRemoved: (at: FunctionName) => Promise<void>;
}

export interface OpenRegistry extends Registry, Disposable {
  /** The version a ref points to, from memory; undefined when it is not known there. */
  cachedVersion(ref: FunctionRef): Version | undefined;
  /** Fault ResourceNotFoundException as AWS words it. */
  versionOf(ref: FunctionRef): Promise<Version>;
  /** Whether this very version still is what its name means: `$LATEST` may have moved on, a published one may be deleted. */
  isCurrent(version: Version): Promise<boolean>;
  usesCode(blobId: string): Promise<boolean>;
}

interface Decision<T> {
  readonly record: FunctionRecord | undefined;
  readonly writes: readonly Write[];
  readonly left: readonly string[];
  readonly result: T;
}

export function openRegistry(deps: RegistryDeps): OpenRegistry {
  const { store, clock, packages } = deps;
  const tell = (key: Key): void => {
    const at = functionInKey(key);
    if (at) deps.onChange(at);
  };
  const functions = recordCache<FunctionRecord>(store, ["functions"], tell);
  const versions = recordCache<Version>(store, ["function-versions"], tell);
  const { peek, read } = resolver({ functions, versions, random: deps.random });

  /** Decides on the record as it is in storage; without a record, or without writes, nothing changes. */
  const change = async <T>(at: FunctionName, decide: (record: FunctionRecord) => Promise<Decision<T>>): Promise<T | undefined> => {
    const key = functionKey(at);
    const decision = await transact(store, async () => {
      const entry = await store.get<FunctionRecord>(key);
      const result = entry && (await decide(entry.value));
      if (!result || (result.writes.length === 0 && result.record === entry.value)) return { checks: [], writes: [], result };
      const { record } = result;
      const writes = [record ? set(key, record) : del(key), ...concurrencyWrites(at, entry.value.concurrency, record?.concurrency), ...urlWrites(at, entry.value.urls, record?.urls), ...result.writes];
      return { checks: [unchanged(key, entry)], writes, result };
    });
    functions.forget(key);
    if (decision) deps.onConcurrency(at, decision.record?.concurrency);
    for (const { key: touched } of decision?.writes.filter(isAboutVersion) ?? []) versions.forget(touched);
    for (const blobId of decision?.left ?? []) deps.onCodeLeft(blobId);
    return decision?.result;
  };
  const published = async (record: FunctionRecord, description?: string): Promise<{ readonly record: FunctionRecord; readonly version: Version; readonly writes: readonly Write[] }> => {
    if (record.latest.code.folder !== undefined) throw folderIsNotPublished(record.latest.code.folder);
    const last = record.lastPublished === 0 ? undefined : await store.get<Version>(versionKey(record, String(record.lastPublished)));
    const { version, isNew } = publication(record, last?.value, { id: uuid(), nowMs: clock.now(), description });
    if (!isNew) return { record, version, writes: [] };
    const writes = [set(versionKey(record, version.version), version), ...holdsOf(undefined, version).writes];
    return { record: { ...record, lastPublished: Number(version.version) }, version, writes };
  };
  const holdsOf = (before: Version | undefined, after: Version | undefined): Handover => {
    const one = after ?? before;
    return one ? handOverCode(packages, versionKey(one, one.version), before ? codeOf(before) : [], after ? codeOf(after) : []) : { writes: [], left: [] };
  };
  const allVersions = async (at: FunctionName): Promise<readonly Version[]> => {
    const found: Version[] = [];
    for (let after = 0; ; after = Number(found.at(-1)?.version)) {
      const page = await versionsAfter(at, after, limits.store.listMax);
      found.push(...page);
      if (page.length < limits.store.listMax) return found;
    }
  };
  const versionsAfter = async (at: FunctionName, after: number, limit: number): Promise<readonly Version[]> =>
    (await store.list<Version>({ prefix: versionsKey(at), after: versionKey(at, String(after)), limit: Math.min(limit, limits.store.listMax) })).map(({ value }) => value);

  return {
    cachedVersion: peek,
    versionOf: async (ref) => {
      const version = await read(ref);
      if (!version) throw functionNotFound(ref);
      return version;
    },
    isCurrent: async (version) => (await read({ ...version, qualifier: version.version }))?.id === version.id,
    usesCode: async (blobId) => (await store.list({ prefix: codeUsersKey(blobId), limit: 1 })).length > 0,
    find: (ref) => functions.read(functionKey(ref)),
    byUrl: urlIndex(store, (at) => functions.read(functionKey(at))),

    create: async (scope, name, { code, settings, tags, codeSigning, publish }) => {
      const at = { account: scope.account, region: scope.region, name };
      const key = functionKey(at);
      const now = clock.now();
      const latest: Version = { ...at, id: uuid(), version: "$LATEST", code: plainCode(code), settings, modifiedMs: now };
      const bare: FunctionRecord = { ...at, createdMs: now, latest, lastPublished: 0, aliases: {}, concurrency: noConcurrency, eventInvoke: {}, recursion: "Terminate", codeSigning, tags, policies: {} };
      const first = publish ? await published(bare) : undefined;
      const holds = holdsOf(undefined, { ...latest, code }).writes;
      const commit = await store.commit([{ key, version: null }], [set(key, first?.record ?? bare), ...holds, ...(first?.writes ?? [])]);
      if (!commit.ok) throw fault("ResourceConflictException", { message: `Function already exist: ${name}`, Type: "User" });
      functions.forget(key);
      return { latest, published: first?.version };
    },

    list: async (scope, afterName, limit) => {
      const records: FunctionRecord[] = [];
      for (let after = afterName; records.length < limit; after = records.at(-1)?.name) {
        const wanted = Math.min(limit - records.length, limits.store.listMax);
        const from = after === undefined ? {} : { after: functionKey({ ...scope, name: after }) };
        const page: readonly Entry<FunctionRecord>[] = await store.list<FunctionRecord>({ prefix: scopeKey(scope), limit: wanted, ...from });
        records.push(...page.map(({ value }) => value));
        if (page.length < wanted) break;
      }
      return records;
    },

    update: (ref, { code, settings, expectedRevision, publish }) =>
      change<Latest>(unqualified(ref), async (record) => {
        if (expectedRevision !== undefined && expectedRevision !== record.latest.id) throw staleRevision();
        const latest = { ...record.latest, id: uuid(), modifiedMs: clock.now(), code: code ? plainCode(code) : record.latest.code, settings: { ...record.latest.settings, ...settings } };
        const { writes, left } = holdsOf(record.latest, { ...latest, code: code ?? latest.code });
        const next = { ...record, latest };
        const fresh = publish ? await published(next) : undefined;
        return { record: fresh?.record ?? next, writes: [...writes, ...(fresh?.writes ?? [])], left, result: { latest, published: fresh?.version } };
      }),

    publish: (ref, asked = {}) =>
      change<Version>(unqualified(ref), async (record) => {
        if (asked.expectedRevision !== undefined && asked.expectedRevision !== record.latest.id) throw staleRevision();
        const { sha256 } = record.latest.code;
        if (asked.expectedSha256 !== undefined && asked.expectedSha256 !== sha256)
          throw fault("InvalidParameterValueException", {
            message: `CodeSHA256 (${asked.expectedSha256}) is different from current CodeSHA256 in $LATEST (${sha256}). Please try again with the CodeSHA256 in $LATEST.`, Type: "User",
          });
        const { record: next, version, writes } = await published(record, asked.description);
        return { record: next, writes, left: [], result: version };
      }),

    versions: (at, after, limit) => versionsAfter(unqualified(at), after, limit),

    removeVersion: async (at, version) => {
      const removed = await change<boolean>(unqualified(at), async (record) => {
        const entry = await store.get<Version>(versionKey(record, version));
        if (!entry) return { record, writes: [], left: [], result: false };
        const pointing = Object.values(record.aliases).filter((alias) => alias.version === version || version in alias.weights);
        if (pointing.length > 0) throw versionIsPointedTo(pointing.map(({ name }) => name));
        const { writes, left } = holdsOf(entry.value, undefined);
        return { record: { ...record, ...withoutQualifier(record, version) }, writes: [del(versionKey(record, version)), ...writes], left, result: true };
      });
      return removed ?? false;
    },

    change: (ref, decide) =>
      change<FunctionRecord>(unqualified(ref), async (record) => {
        // What is asked for here can only change together with the record, which the commit checks.
        const has = async (version: string): Promise<boolean> => version === "$LATEST" || (await store.get(versionKey(record, version))) !== undefined;
        const next = { ...record, ...(await decide(record, has)) };
        return { record: next, writes: [], left: [], result: next };
      }),

    remove: async (ref) => {
      const at = unqualified(ref);
      const gone = await change<true>(at, async (record) => {
        const published = await allVersions(at);
        const handovers = [record.latest, ...published].map((version) => holdsOf(version, undefined));
        const writes = [...published.map(({ version }) => del(versionKey(at, version))), ...handovers.flatMap((handover) => handover.writes)];
        return { record: undefined, writes, left: [...new Set(handovers.flatMap(({ left }) => left))], result: true };
      });
      if (gone) await deps.onRemoved(at);
      return gone ?? false;
    },
    [Symbol.dispose]: () => {
      functions[Symbol.dispose]();
      versions[Symbol.dispose]();
    },
  };
}

const noConcurrency: ConcurrencyFacts = { provisioned: {} };

/** What a function's record knows of one version or alias, taken out. */
export function withoutQualifier(record: FunctionRecord, qualifier: string): Pick<FunctionRecord, "aliases" | "concurrency" | "eventInvoke" | "policies" | "urls"> {
  const { [qualifier]: _alias, ...aliases } = record.aliases;
  const { [qualifier]: _policy, ...policies } = record.policies;
  const { [qualifier]: _event, ...eventInvoke } = record.eventInvoke;
  const { [qualifier]: _kept, ...provisioned } = record.concurrency.provisioned;
  const { [qualifier]: _scaled, ...scaling } = record.concurrency.scaling ?? {};
  const { [qualifier]: _url, ...urls } = record.urls ?? {};
  return { aliases, policies, eventInvoke, urls, concurrency: { ...record.concurrency, provisioned, scaling } };
}

/** A function that sets nothing aside has no such record, so that all that have are few. */
function concurrencyWrites(at: FunctionName, before: ConcurrencyFacts, after: ConcurrencyFacts | undefined): readonly Write[] {
  if (before === after) return [];
  const isSet = after !== undefined && (after.reserved !== undefined || Object.keys({ ...after.provisioned, ...after.scaling }).length > 0);
  return [isSet ? set(concurrencyKey(at), after) : del(concurrencyKey(at))];
}

const isAboutVersion = (write: Write): write is Extract<Write, { readonly kind: "set" | "delete" }> => (write.kind === "set" || write.kind === "delete") && write.key[0] === "function-versions";

const unqualified = ({ account, region, name }: Scope & { readonly name: string }): FunctionName => ({ account, region, name });
