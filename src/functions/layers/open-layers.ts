// Keeps layers: each version is a record that holds its archive.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import { del, set, transact, unchanged, type Entry, type Key, type Store } from "../../ports/store.ts";
import type { Scope } from "../function.ts";
import type { OpenPackages } from "../packages/open-packages.ts";
import { handOverCode, plainCode } from "../registry/code-holds.ts";
import type { LayerName, Layers, LayerVersion } from "./layers.ts";

const layersKey = ({ account, region }: Scope): Key => ["layers", account, region];
const layerKey = (at: LayerName): Key => [...layersKey(at), at.name];
const versionsKey = ({ account, region, name }: LayerName): Key => ["layer-versions", account, region, name];
const versionKey = (at: LayerName, version: number): Key => [...versionsKey(at), version];

/** What is kept of a layer beside its versions: it stays when the last of them goes. */
interface LayerRecord {
  readonly lastVersion: number;
}

export function openLayers(deps: { readonly store: Store; readonly clock: Clock; readonly packages: Pick<OpenPackages, "blobOf">; readonly onCodeLeft: (blobId: string) => void }): Layers {
  const { store, clock, packages } = deps;

  const newest = async (at: LayerName, before: number | undefined, limit: number): Promise<readonly LayerVersion[]> => {
    const from = before === undefined ? {} : { before: versionKey(at, before) };
    return (await store.list<LayerVersion>({ prefix: versionsKey(at), limit: Math.min(limit, limits.store.listMax), reverse: true, ...from })).map(({ value }) => value);
  };
  return {
    publish: (at, code, facts) => {
      const key = layerKey(at);
      return transact(store, async () => {
        const entry = await store.get<LayerRecord>(key);
        const version = (entry?.value.lastVersion ?? 0) + 1;
        const { account, region, name } = at;
        const made: LayerVersion = { account, region, name, version, code: plainCode(code), createdMs: clock.now(), policy: undefined, ...facts };
        const { writes } = handOverCode(packages, versionKey(at, version), [], [code]);
        return { checks: [unchanged(key, entry)], writes: [set(key, { lastVersion: version } satisfies LayerRecord), set(versionKey(at, version), made), ...writes], result: made };
      });
    },
    find: async (at, version) => (await store.get<LayerVersion>(versionKey(at, version)))?.value,
    versions: newest,

    list: async (scope, afterName, limit) => {
      const found: LayerVersion[] = [];
      for (let after = afterName; found.length < limit; ) {
        const from = after === undefined ? {} : { after: layerKey({ ...scope, name: after }) };
        const page: readonly Entry<LayerRecord>[] = await store.list<LayerRecord>({ prefix: layersKey(scope), limit: limits.store.listMax, ...from });
        for (const { key } of page) {
          after = String(key.at(-1));
          const [version] = await newest({ ...scope, name: after }, undefined, 1);
          if (version) found.push(version);
          if (found.length === limit) return found;
        }
        if (page.length < limits.store.listMax) break;
      }
      return found;
    },

    remove: async (at, version) => {
      const key = versionKey(at, version);
      const left = await transact(store, async () => {
        const entry = await store.get<LayerVersion>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        const handover = handOverCode(packages, key, [entry.value.code], []);
        return { checks: [unchanged(key, entry)], writes: [del(key), ...handover.writes], result: handover.left };
      });
      for (const blobId of left ?? []) deps.onCodeLeft(blobId);
      return left !== undefined;
    },

    changePolicy: (at, version, decide) => {
      const key = versionKey(at, version);
      return transact(store, async () => {
        const entry = await store.get<LayerVersion>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        const next: LayerVersion = { ...entry.value, policy: decide(entry.value.policy) };
        return { checks: [unchanged(key, entry)], writes: [set(key, next)], result: next };
      });
    },
  };
}
