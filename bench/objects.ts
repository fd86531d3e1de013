// Objects of a kilobyte put and got per second, one client and many.
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { clientSettings } from "../src/main/cli/client.ts";
import { load, type Row } from "./load.ts";

const Bucket = "bench-objects";
const Body = Buffer.alloc(1024, "x");
const KEYS = 100;
const RUN_MS = 2000;

export async function benchObjects(settings: ReturnType<typeof clientSettings>): Promise<readonly Row[]> {
  const s3 = new S3Client(settings);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const put = (n: number) => s3.send(new PutObjectCommand({ Bucket, Key: `key-${n % KEYS}`, Body }));
  const get = async (n: number) => (await s3.send(new GetObjectCommand({ Bucket, Key: `key-${n % KEYS}` }))).Body?.transformToByteArray();
  for (let n = 0; n < KEYS; n++) await put(n);
  const rows: Row[] = [];
  for (const clients of [1, 32]) {
    rows.push({ what: `S3 put 1 KB, ${clients} client${clients === 1 ? "" : "s"}`, value: (await load(clients, RUN_MS, put)).perSecond, unit: "/s" });
    rows.push({ what: `S3 get 1 KB, ${clients} client${clients === 1 ? "" : "s"}`, value: (await load(clients, RUN_MS, get)).perSecond, unit: "/s" });
  }
  return rows;
}
