// Puts objects on behalf of the platform: through S3's own operations, so that versions and notifications act as for anybody.
import { Readable } from "node:stream";
import { Fault } from "../kernel/fault.ts";
import { uuid } from "../kernel/ids.ts";
import type { Scope } from "../functions/function.ts";
import type { BoundService, Call } from "../wire/service.ts";

export interface ObjectWriter {
  /** Whether there is such a bucket, whoever's it is. */
  has(scope: Scope, bucket: string): Promise<boolean>;
  /** Durable when it resolves. */
  put(scope: Scope, bucket: string, key: string, body: string): Promise<void>;
}

export function objectWriter(s3: () => Promise<BoundService>, endpoint: string): ObjectWriter {
  return {
    has: async (scope, bucket) => {
      try {
        await (await s3()).run("HeadBucket", { Bucket: bucket }, callOf(scope, "HeadBucket", 0, endpoint));
        return true;
      } catch (error) {
        if (error instanceof Fault) return error.code !== "NoSuchBucket";
        throw error;
      }
    },
    put: async (scope, bucket, key, body) => {
      const bytes = Buffer.from(body);
      await (await s3()).run("PutObject", { Bucket: bucket, Key: key, Body: Readable.from([bytes]) }, callOf(scope, "PutObject", bytes.byteLength, endpoint));
    },
  };
}

/** As the account's root. */
function callOf({ account, region }: Scope, operation: string, contentLength: number, endpoint: string): Call {
  return {
    requestId: uuid(), account, region, accessKeyId: undefined, service: "s3", operation, endpoint,
    headers: { "content-type": "application/json" }, query: {}, sourceIp: "127.0.0.1",
    signal: new AbortController().signal,
    body: { contentLength, trailers: async () => ({}) },
    reply: { headers: {} },
    call: async (service) => {
      throw new Error(`bug: an object of the platform's leads to ${service}`);
    },
  };
}
