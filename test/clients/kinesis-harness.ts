// Kinesis as clients meet it: listener, AWS door and the service on the embedded engine, without the heart.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateStreamCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient, type GetRecordsCommandOutput, type GetShardIteratorCommandInput } from "@aws-sdk/client-kinesis";
import { afterAll } from "vitest";
import { openEmbedded } from "../../src/engines/embedded/open.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { fakeClock, type FakeClock } from "../../src/kernel/fake-clock.ts";
import { systemClock } from "../../src/main/system-clock.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { kinesisDeps } from "../../src/services/kinesis/op.ts";
import { kinesis } from "../../src/services/kinesis/service.ts";
import { openStreams, type Streams } from "../../src/triggers/streams/open-streams.ts";
import { serveServices } from "../../src/wire/serve-services-for-test.ts";
import { bindService } from "../../src/wire/service.ts";

export interface KinesisCloud extends AsyncDisposable {
  readonly endpoint: string;
  readonly client: KinesisClient;
  readonly engine: Engine;
  readonly streams: Streams;
  readonly settings: { readonly endpoint: string; readonly region: string; readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }; readonly maxAttempts: number };
}

export async function openKinesis({ clock = systemClock, enforceRates = false }: { readonly clock?: Clock; readonly enforceRates?: boolean } = {}): Promise<KinesisCloud> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-kinesis-"));
  const engine = await openEmbedded({ dir, clock });
  const streams = openStreams({ store: engine.store, log: engine.log, clock, enforceRates, warn: (sentence, error) => process.stderr.write(`${sentence} ${String(error)}\n`) });
  const cloud = await serveServices([bindService(kinesis, kinesisDeps({ streams, clock }))], { clock });
  const settings = { endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  const client = new KinesisClient(settings);
  return {
    endpoint: cloud.endpoint, client, engine, streams, settings,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await streams[Symbol.asyncDispose]();
      await cloud.close(0);
      await engine.close();
      await rm(dir, { recursive: true, force: true });
      if (cloud.failures.length > 0) throw new Error("the server failed", { cause: cloud.failures[0]?.error });
    },
  };
}

/** One for all tests of a file, on a clock that they move; closed after them. */
export async function kinesisOfFile(): Promise<KinesisCloud & { readonly clock: FakeClock }> {
  const clock = fakeClock();
  const cloud = await openKinesis({ clock });
  afterAll(() => cloud[Symbol.asyncDispose]());
  return { ...cloud, clock };
}

export const arnOf = (name: string): string => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;

let serial = 0;

/** A new stream's name. */
export async function newStream({ client }: Pick<KinesisCloud, "client">, ShardCount = 1): Promise<string> {
  const StreamName = `stream-${++serial}`;
  await client.send(new CreateStreamCommand({ StreamName, ShardCount }));
  return StreamName;
}

/** Reads a shard once from where the iterator says. */
export async function readFrom({ client }: Pick<KinesisCloud, "client">, where: GetShardIteratorCommandInput, Limit?: number): Promise<GetRecordsCommandOutput> {
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(where));
  return client.send(new GetRecordsCommand({ ShardIterator, Limit }));
}

export const textsOf = ({ Records = [] }: Partial<GetRecordsCommandOutput>): readonly string[] => Records.map(({ Data }) => Buffer.from(Data ?? []).toString());
