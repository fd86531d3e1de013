// One large object through S3 and back, made and read by the piece: what it takes in time, and what it costs the server in memory.
import { Readable } from "node:stream";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import type { Row } from "./load.ts";
import { memoryOf } from "./process-memory.ts";

const MIB = 2 ** 20;
const Bucket = "bench-large";
const Key = "large";

export interface LargeObjectRun {
  readonly putMs: number;
  readonly getMs: number;
  /** Bytes that came back; the SDK has compared their checksum with the one it sent. */
  readonly gotBytes: number;
  /** Highest memory of the server since its start. */
  readonly peakMb: number;
}

/** Puts and gets an object of so many MiB at the server with this process id. */
export async function moveLargeObject(settings: ReturnType<typeof clientSettings>, pid: number, mib: number): Promise<LargeObjectRun> {
  const s3 = new S3Client(settings);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const begun = systemClock.monotonicMs();
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: Readable.from(pieces(mib), { objectMode: false }), ContentLength: mib * MIB }));
  const put = systemClock.monotonicMs();
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  let gotBytes = 0;
  for await (const chunk of Body as Readable) gotBytes += (chunk as Buffer).length;
  return { putMs: put - begun, getMs: systemClock.monotonicMs() - put, gotBytes, peakMb: (await memoryOf(pid)).peakMb };
}

export async function benchLargeObject(settings: ReturnType<typeof clientSettings>, pid: number): Promise<readonly Row[]> {
  const { putMs, getMs, peakMb } = await moveLargeObject(settings, pid, 1024);
  return [
    { what: "S3 put of 1 GiB", value: 1024_000 / putMs, unit: "MiB/s" },
    { what: "S3 get of 1 GiB", value: 1024_000 / getMs, unit: "MiB/s" },
    { what: "server's peak memory (RSS) until then", value: peakMb, unit: "MB" },
  ];
}

/** Each MiB differs from the others, so that no part can pass for another. */
function* pieces(mib: number): Generator<Buffer> {
  for (let n = 0; n < mib; n++) {
    const piece = Buffer.alloc(MIB, "fugaz");
    piece.writeUInt32LE(n);
    yield piece;
  }
}
