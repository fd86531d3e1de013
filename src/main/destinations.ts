// Where the ends of asynchronous events can be told beside functions: each kind is wired here, and nowhere else.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { Delivery, Destinations, InvocationRecord } from "../functions/async/destinations.ts";
import { parseArn, functionRefIn } from "../kernel/arn.ts";
import { queueOfArn, type OutgoingMessage, type QueueRef, type Queues } from "../triggers/queues/queues.ts";
import type { Call } from "../wire/service.ts";

export interface DestinationDeps {
  readonly queues: Pick<Queues, "delivery" | "records">;
  /** Operations of services, as the root of the account that the event belongs to. */
  readonly callAs: (account: string, region: string) => Call["call"];
}

/** Who sends for Lambda; receivers see it as the message's sender. */
const SENDER = "lambda.amazonaws.com";

export function destinationsOf({ queues, callAs }: DestinationDeps): Destinations {
  return {
    state: async (arn, at) => {
      const [queue, bucket] = [queueOfArn(arn), bucketOfArn(arn)];
      if (queue) return stateOfQueue(queue, queues);
      if (bucket === undefined) return "unsupported";
      return callAs(at.account, at.region)("s3", "HeadBucket", { Bucket: bucket }).then(() => "ready" as const, () => "missing" as const);
    },
    send: async (arn, delivery) => {
      const bucket = bucketOfArn(arn);
      if (bucket !== undefined && delivery.kind === "record") {
        await putRecord(bucket, delivery.record, callAs);
        return { checks: [], writes: [] };
      }
      const ref = queueOfArn(arn);
      const sending = ref && (await queues.delivery(ref, messageOf(delivery)));
      if (!sending) throw new Error(`${arn} is not there any more`);
      return sending;
    },
  };
}

async function stateOfQueue(ref: QueueRef, queues: DestinationDeps["queues"]): Promise<"ready" | "missing" | "unsupported"> {
  const queue = await queues.records.find(ref);
  // As on the original: order is nothing that asynchronous events could keep.
  return queue ? (queue.settings.fifo ? "unsupported" : "ready") : "missing";
}

const bucketOfArn = (arn: string): string | undefined => /^arn:[^:]+:s3:::([a-z0-9.-]{3,63})$/.exec(arn)?.[1];

/** An object can not be part of the commit that ends the event: it is there before, and may come twice. */
async function putRecord(bucket: string, record: InvocationRecord, callAs: DestinationDeps["callAs"]): Promise<void> {
  const { functionArn } = record.requestContext;
  const { account = "", region = "" } = parseArn(functionArn) ?? {};
  const [day = "", time = ""] = record.timestamp.split("T");
  const key = `aws/lambda/async/${functionRefIn(functionArn)?.name}/${day.replaceAll("-", "/")}/${day}T${time.slice(0, 8).replaceAll(":", ".")}-${randomUUID()}`;
  const body = Buffer.from(JSON.stringify(record));
  await callAs(account, region)("s3", "PutObject", { Bucket: bucket, Key: key, Body: Readable.from([body]), ContentLength: body.byteLength });
}

function messageOf(delivery: Delivery): OutgoingMessage {
  if (delivery.kind === "record") return { body: JSON.stringify(delivery.record), senderId: SENDER };
  const attributes = Object.fromEntries(Object.entries(delivery.attributes).map(([name, { type, value }]) => [name, { type, text: value }]));
  return { body: Buffer.from(delivery.body).toString(), senderId: SENDER, attributes };
}
