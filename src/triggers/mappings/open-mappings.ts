// Opens the mappings: follows their records, lets a poller run for each that is enabled, and lets it end before anything about it changes.
import type { Key, Store } from "../../ports/store.ts";
import type { Leases } from "../../ports/leases.ts";
import type { Queues } from "../queues/queues.ts";
import type { Mapping, MappingRecords, MappingStatus, SourceKind } from "./mapping.ts";
import type { Poller, PollerDeps } from "./poller.ts";
import { mappingInKey, mappingsRoot, openRecords } from "./records.ts";
import type { StreamSource } from "./streams/stream-source.ts";

/** The kinds of streams that this server can read. */
export type StreamSources = Readonly<Partial<Record<Exclude<SourceKind, "sqs">, StreamSource>>>;

export interface MappingsDeps extends PollerDeps {
  readonly store: Store;
  readonly leases: Leases;
  readonly owner: string;
  readonly queues: Pick<Queues, "records" | "receive" | "remove" | "hide">;
  readonly streams: StreamSources;
}

/** Disposing waits for what runs; end the heart's invocations before. */
export interface Mappings extends Omit<MappingRecords, "create">, AsyncDisposable {
  /** As in MappingRecords; a stream is read from its starting position on as it is at this moment. `missing`: there is no such stream. */
  create(made: Parameters<MappingRecords["create"]>[0]): Promise<{ readonly mapping: Mapping } | { readonly taken: string } | "missing">;
  /** Whether sources of this kind can be read here. */
  reads(kind: SourceKind): boolean;
  /** Of those that run. */
  status(): readonly MappingStatus[];
  /** Of its latest batch, before a restart too; undefined before the first. */
  lastResult(mapping: Mapping): Promise<string | undefined>;
  /** Begins nothing more. What runs may end. */
  stop(): void;
}

interface Run {
  /** Undefined while there is nothing to poll. */
  poller: Poller | undefined;
  revision: number;
  work: Promise<void>;
}

/** Ours: after the store failed. */
const RETRY_MS = 1000;

export async function openMappings(deps: MappingsDeps): Promise<Mappings> {
  const { store, clock, streams, warn } = deps;
  const records = openRecords({ store, clock });
  const runs = new Map<string, Run>();
  /** Pollers that take in nothing more, with batches under way. */
  const leaving = new Set<Poller>();
  let stopped = false;

  /** Loaded when the first is wanted: a start without mappings pays for none of it. */
  const pollerFor = async (mapping: Mapping): Promise<Poller | undefined> => {
    if (mapping.kind === "sqs") return (await import("./sqs/queue-poller.ts")).openQueuePoller(mapping, deps);
    const source = streams[mapping.kind];
    return source && (await import("./streams/stream-poller.ts")).openStreamPoller(mapping, { ...deps, source });
  };
  /** With a successor only what can not run beside it is waited for. */
  const ending = async (poller: Poller | undefined, succeeded: boolean): Promise<void> => {
    if (!poller?.leave) return poller?.stop();
    leaving.add(poller);
    const left = poller.leave().finally(() => leaving.delete(poller));
    if (!succeeded) await left;
  };
  /** Brings what runs in line with the record. */
  const reconcile = async (scope: Pick<Mapping, "account" | "region" | "id">, run: Run): Promise<void> => {
    const mapping = await records.find(scope, scope.id);
    if (stopped || mapping?.revision === run.revision) return;
    await ending(run.poller, mapping?.enabled === true);
    run.poller = undefined;
    if (stopped) return;
    if (!mapping) return void runs.delete(scope.id);
    if (mapping.state === "Deleting") {
      const { checkpointsGone } = await import("./streams/checkpoints.ts");
      await records.forget(mapping, () => checkpointsGone(store, mapping.id));
      return void runs.delete(scope.id);
    }
    if (mapping.enabled) run.poller = await pollerFor(mapping);
    run.revision = mapping.revision;
    await records.settle(mapping, mapping.enabled ? "Enabled" : "Disabled");
  };
  const look = (scope: Pick<Mapping, "account" | "region" | "id">): void => {
    if (stopped) return;
    const run = runs.get(scope.id) ?? { poller: undefined, revision: 0, work: Promise.resolve() };
    runs.set(scope.id, run);
    run.work = run.work.then(() => reconcile(scope, run)).catch((error: unknown) => {
      if (stopped) return;
      warn("An event source mapping could not follow its record; trying again soon.", error, { mapping: scope.id });
      clock.after(RETRY_MS, () => look(scope));
    });
  };

  const unwatch = store.watch(mappingsRoot, (key: Key) => {
    const scope = mappingInKey(key);
    if (scope) look(scope);
  });
  for await (const mapping of records.all()) look(mapping);

  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    unwatch();
    for (const poller of [...leaving, ...[...runs.values()].map((run) => run.poller)]) void poller?.stop();
  };
  return {
    find: records.find,
    list: records.list,
    change: records.change,
    changeTags: records.changeTags,
    remove: records.remove,
    reads: (kind) => kind === "sqs" || streams[kind] !== undefined,
    create: async (made) => {
      const source = made.kind === "sqs" ? undefined : streams[made.kind];
      if (!source || !made.settings.stream) return records.create(made, async () => []);
      const { firstCheckpoints } = await import("./streams/checkpoints.ts");
      const first = await firstCheckpoints(source, made.sourceArn, made.settings.stream.start);
      return first ? records.create(made, async (id) => first(id)) : "missing";
    },
    status: () => [...runs.values()].flatMap(({ poller }) => (poller ? [poller.status()] : [])),
    lastResult: async ({ id, kind }) => {
      const known = runs.get(id)?.poller?.status().lastResult;
      if (known !== undefined || kind === "sqs") return known;
      const { lastResultIn, readCheckpoints } = await import("./streams/checkpoints.ts");
      return lastResultIn(await readCheckpoints(store, id));
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      stop();
      await Promise.all([...leaving].map((poller) => poller.stop()));
      await Promise.all([...runs.values()].map(async (run) => {
        await run.work;
        await run.poller?.stop();
      }));
    },
  };
}
