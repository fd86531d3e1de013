// S3 as a client meets it: listener, AWS door and service on the embedded engine, in a directory of its own; events land in a real queue.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import type { FunctionRef } from "../../src/functions/function.ts";
import type { Heart, Invoker } from "../../src/functions/heart.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { enqueue } from "../../src/ports/store.ts";
import { openQueues } from "../../src/triggers/queues/open-queues.ts";
import type { Queues } from "../../src/triggers/queues/queues.ts";
import { s3Deps } from "../../src/services/s3/op.ts";
import { s3 } from "../../src/services/s3/service.ts";
import { serveServices, type TestCloud } from "../../src/wire/serve-services-for-test.ts";
import { bindService } from "../../src/wire/service.ts";

export interface S3Cloud extends AsyncDisposable {
  readonly endpoint: string;
  readonly engine: Engine;
  readonly cloud: TestCloud;
  readonly queues: Queues;
  /** Operations that were answered by a handler so far. */
  readonly exercised: ReadonlySet<string>;
  /** Who S3 asked to be allowed to invoke, and functions it may invoke: ARNs without qualifier. */
  readonly permitted: Set<string>;
  readonly asked: Invoker[];
  client(config?: S3ClientConfig): S3Client;
  /** Takes and removes the events handed over so far: the function's name and its event. */
  events(): Promise<readonly HandedOver[]>;
}

export interface HandedOver {
  readonly name: string;
  readonly meta: { readonly invokedArn: string; readonly requestId: string; readonly traceId?: string };
  readonly record: EventRecord;
}

export interface EventRecord {
  readonly eventVersion: string;
  readonly eventName: string;
  readonly eventTime: string;
  readonly awsRegion: string;
  readonly responseElements: Readonly<Record<string, string>>;
  readonly s3: {
    readonly configurationId: string;
    readonly bucket: { readonly name: string; readonly arn: string };
    readonly object: { readonly key: string; readonly size?: number; readonly eTag?: string; readonly versionId?: string; readonly sequencer?: string };
  };
}

const QUEUE = "events";

/** Stands in for the heart: the same write, and a list of functions instead of a registry. */
function listedFunctions(permitted: ReadonlySet<string>, asked: Invoker[]): Pick<Heart, "asyncInvocation" | "mayInvoke"> {
  return {
    asyncInvocation: (ref, { requestId, payload, invokedArn, traceId }) => enqueue(QUEUE, { name: ref.name, requestId, invokedArn, traceId }, payload),
    mayInvoke: async (ref: FunctionRef, invoker) => {
      asked.push(invoker);
      return permitted.has(`arn:aws:lambda:${ref.region}:${ref.account}:function:${ref.name}`);
    },
  };
}

export async function openS3(): Promise<S3Cloud> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-s3-"));
  const engine = await openEmbedded({ dir, clock: systemClock });
  const queues = await openQueues({ store: engine.store, queue: engine.queue, clock: systemClock, logger: { error: (fields, sentence) => process.stderr.write(`${sentence} ${JSON.stringify(fields)}\n`) } });
  const permitted = new Set<string>();
  const asked: Invoker[] = [];
  const exercised = new Set<string>();
  const bound = bindService(s3, s3Deps({ ...engine, heart: listedFunctions(permitted, asked), queues, topics: () => Promise.reject(new Error("there are no topics here")), buses: () => Promise.reject(new Error("there are no buses here")), clock: systemClock }));
  const watched = { ...bound, run: (operation: string, ...rest: [unknown, never]) => (exercised.add(operation), bound.run(operation, ...rest)) };
  const cloud = await serveServices([watched as typeof bound]);
  const clients: S3Client[] = [];
  return {
    endpoint: cloud.endpoint, engine, cloud, queues, exercised, permitted, asked,
    client: (config = {}) => {
      const client = new S3Client({
        endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1, ...config,
      });
      clients.push(client);
      return client;
    },
    events: async () => {
      const leased = await engine.queue.lease(QUEUE, 1000, 60_000);
      await Promise.all(leased.map((message) => engine.queue.ack(message)));
      return leased.map((message) => {
        const meta = message.meta as HandedOver["meta"] & { readonly name: string };
        const { Records } = JSON.parse(Buffer.from(message.body).toString()) as { readonly Records: readonly [EventRecord] };
        return { name: meta.name, meta, record: Records[0] };
      });
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await cloud.close(0);
      await queues[Symbol.asyncDispose]();
      await engine.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What a call failed with: code, status and the error's further members. */
export async function failure(call: Promise<unknown>): Promise<Record<string, unknown> & { readonly name: string; readonly message: string; readonly status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    const caught = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { ...caught, name: caught.name, message: caught.message, status: caught.$metadata?.httpStatusCode };
  }
  throw new Error("the call succeeded");
}
