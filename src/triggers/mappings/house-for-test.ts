// The mappings on the real engine for tests: functions are plain TypeScript here, time is turned by hand, and everything can be opened again.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openEmbedded } from "../../engines/embedded/open.ts";
import type { Delivery } from "../../functions/async/destinations.ts";
import type { InvokeResult } from "../../functions/function.ts";
import { fakeClock, type FakeClock } from "../../kernel/fake-clock.ts";
import { fault } from "../../kernel/fault.ts";
import type { Engine } from "../../ports/engine.ts";
import { openQueues } from "../queues/open-queues.ts";
import type { QueueRecord, Queues } from "../queues/queues.ts";
import type { Mapping, MappingSettings, StreamReading } from "./mapping.ts";
import { openMappings, type Mappings } from "./open-mappings.ts";
import { openLogSource, type LogSource } from "./streams/log-source-for-test.ts";

/** Nobody gives up before so much time of the machine's, whatever the clock that is turned says: a disk may be slow. */
const REAL_MS_LEAST = 20_000;

const scope = { account: "000000000000", region: "us-east-1" };
export const streamArn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";

/** What a function is called with, members as tests look at them. */
export interface TestEvent {
  readonly Records: readonly { readonly body?: string; readonly messageId?: string; readonly attributes?: { readonly ApproximateFirstReceiveTimestamp: string }; readonly kinesis: { readonly partitionKey: string; readonly sequenceNumber: string; readonly data: string } }[];
  readonly state?: unknown;
  readonly window?: { readonly start: string; readonly end: string };
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

/** Throws to fail; `"throttle"` is no call at all. */
export type TestFunction = (event: TestEvent) => unknown;

export interface MappingHouse {
  readonly clock: FakeClock;
  engine: Engine;
  queues: Queues;
  source: LogSource;
  mappings: Mappings;
  /** By name; changed at will. */
  readonly functions: Record<string, TestFunction>;
  /** What destinations were told. */
  readonly told: { readonly arn: string; readonly delivery: Delivery }[];
  /** Closes all and opens it again on the same data. */
  restart(): Promise<void>;
  queue(name: string): Promise<QueueRecord>;
  mapQueue(functionName: string, queueName: string, settings?: Partial<MappingSettings>): Promise<Mapping>;
  mapStream(functionName: string, stream?: Partial<StreamReading>, settings?: Partial<MappingSettings>): Promise<Mapping>;
  /** Turns the clock in steps, each when the engine has caught up, until this holds; throws after so much of its time, and some of the machine's. */
  until(holds: () => boolean | Promise<boolean>, how?: { readonly withinMs?: number; readonly stepMs?: number }): Promise<void>;
}

export const dataOf = ({ Records }: TestEvent): readonly string[] => Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString());

/** Into the first shard, each under its first letter. */
export const put = (house: MappingHouse, ...data: readonly string[]) => house.source.put("shard-0", data.map((each) => ({ key: each.slice(0, 1), data: each })));
/** A function that remembers its batches and fails on some. */
export function recorder(fails: (data: readonly string[], event: TestEvent) => boolean = () => false) {
  const batches: string[][] = [];
  const done: string[] = [];
  return {
    batches, done,
    run: (event: TestEvent) => {
      const data = [...dataOf(event)];
      batches.push(data);
      if (fails(data, event)) throw new Error("no");
      done.push(...data);
    },
  };
}

export async function openMappingHouse(): Promise<MappingHouse> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-mappings-"));
  const clock = fakeClock();
  const functions: Record<string, TestFunction> = {};
  const told: MappingHouse["told"] = [];
  const warn = (sentence: string, error: unknown): void => void process.stderr.write(`${sentence} ${String(error)}\n`);
  const heart = heartOf(functions, told);
  const begin = async (): Promise<Pick<MappingHouse, "engine" | "queues" | "source" | "mappings">> => {
    const engine = await openEmbedded({ dir, clock });
    const queues = await openQueues({ store: engine.store, queue: engine.queue, clock, logger: { error: (fields, sentence) => warn(sentence, fields) } });
    const source = await openLogSource(engine);
    const mappings = await openMappings({ store: engine.store, leases: engine.leases, owner: "one", clock, queues, heart, streams: { kinesis: source }, warn });
    return { engine, queues, source, mappings };
  };
  const end = async (): Promise<void> => {
    await house.mappings[Symbol.asyncDispose]();
    await house.queues[Symbol.asyncDispose]();
    await house.engine.close();
  };
  const joined = async (made: Parameters<Mappings["create"]>[0]): Promise<Mapping> => {
    const created = await house.mappings.create(made);
    if (created === "missing" || "taken" in created) throw new Error("not joined");
    const { id } = created.mapping;
    await house.until(async () => (await house.mappings.find(scope, id))?.state === "Enabled");
    return created.mapping;
  };
  const house: MappingHouse = {
    clock, functions, told,
    ...(await begin()),
    restart: async () => {
      await end();
      Object.assign(house, await begin());
    },
    queue: async (name) => {
      const settings = { visibilitySeconds: 30, delaySeconds: 0, waitSeconds: 0, retentionSeconds: 345_600, messageBytesMax: 1_048_576, managedSse: true };
      const fifo = { contentDedup: true, dedupScope: "queue", throughputLimit: "perQueue" } as const;
      const made = await house.queues.records.create({ ...scope, name }, name.endsWith(".fifo") ? { ...settings, fifo } : settings, {});
      if (made === "recent") throw new Error("the name is still warm");
      return made.queue;
    },
    mapQueue: (name, queueName, settings = {}) =>
      joined({ ...scope, kind: "sqs", sourceArn: `arn:aws:sqs:us-east-1:000000000000:${queueName}`, function: { ...scope, name }, enabled: true, tags: {}, settings: { batchSize: 10, windowSeconds: 0, filters: [], partialFailures: false, ...settings } }),
    mapStream: (name, stream = {}, settings = {}) => {
      const reading: StreamReading = { start: { kind: "TRIM_HORIZON" }, parallelization: 1, bisect: false, retriesMax: -1, ageSecondsMax: -1, tumblingSeconds: 0, ...stream };
      return joined({ ...scope, kind: "kinesis", sourceArn: streamArn, function: { ...scope, name }, enabled: true, tags: {}, settings: { batchSize: 100, windowSeconds: 0, filters: [], partialFailures: false, ...settings, stream: reading } });
    },
    until: async (holds, { withinMs = 600_000, stepMs = 20 } = {}) => {
      const endsMs = clock.now() + withinMs;
      const realEndsMs = performance.now() + REAL_MS_LEAST;
      while (!(await holds())) {
        if (clock.now() > endsMs && performance.now() > realEndsMs) throw new Error(`did not come true within ${withinMs} ms of the clock`);
        // The engine writes in a thread of its own, at the disk's pace: whoever waits for it is let go on before time does.
        await house.engine.store.commit([], []);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await clock.advance(stepMs);
      }
    },
  };
  onTestFinished(async () => {
    await end();
    await rm(dir, { recursive: true, force: true });
  });
  return house;
}

function heartOf(functions: Record<string, TestFunction>, told: MappingHouse["told"]): Parameters<typeof openMappings>[0]["heart"] {
  return {
    room: async () => 100,
    onRoom: () => () => undefined,
    onChange: () => () => undefined,
    versionOf: async ({ name, ...at }) => {
      if (!functions[name]) throw fault("ResourceNotFoundException", { message: name });
      return {
        ...at, name, id: name, version: "$LATEST", modifiedMs: 0, code: { blobId: "", sha256: "", sizeBytes: 0, unpackedBytes: 0 },
        settings: {
          dialect: "aws", description: "", runtime: "nodejs24.x", handler: "index.handler", role: "arn:aws:iam::000000000000:role/r", memoryMb: 128, timeoutMs: 3000, tmpMb: 512, env: {}, architecture: "x86_64",
          logs: { group: "g", format: "Text", applicationLevel: undefined, systemLevel: undefined }, layers: [],
        },
      };
    },
    invoke: async ({ name }, { payload, requestId }): Promise<InvokeResult> => {
      const answer = (value: unknown, functionError: InvokeResult["functionError"]): InvokeResult => ({
        requestId, executedVersion: "$LATEST", payload: Buffer.from(JSON.stringify(value ?? null)), functionError, logTail: undefined, durationMs: 1, billedMs: 1, initMs: undefined, memoryPeakMb: 1,
      });
      let value: unknown;
      try {
        value = await functions[name]?.(JSON.parse(Buffer.from(payload).toString()) as TestEvent);
      } catch (error) {
        return answer({ errorMessage: String(error) }, "Unhandled");
      }
      if (value === "throttle") throw fault("TooManyRequestsException", { message: "Rate Exceeded.", status: 429 });
      return answer(value, undefined);
    },
    destinations: {
      state: async () => "ready",
      send: async (arn, delivery) => {
        told.push({ arn, delivery });
        return { checks: [], writes: [] };
      },
    },
  };
}
