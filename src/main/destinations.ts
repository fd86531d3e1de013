// Where the ends of events can be told beside functions: each kind is wired here, and nowhere else.
import type { Delivery, Destinations } from "../functions/async/destinations.ts";
import { functionRefIn, parseArn } from "../kernel/arn.ts";
import { uuid } from "../kernel/ids.ts";
import { queueOfArn, type OutgoingMessage, type Queues } from "../triggers/queues/queues.ts";
import type { ObjectWriter } from "./object-writer.ts";

/** Who sends for Lambda; receivers see it as the message's sender. */
const SENDER = "lambda.amazonaws.com";

export interface DestinationRooms {
  readonly queues: Pick<Queues, "delivery" | "records">;
  readonly objects: ObjectWriter;
  /** Who looks whether a bucket is there: its name carries no account. */
  readonly scope: { readonly account: string; readonly region: string };
}

export function destinationsOf({ queues, objects, scope }: DestinationRooms): Destinations {
  return {
    state: async (arn) => {
      const bucket = bucketIn(arn);
      if (bucket !== undefined) return (await objects.has(scope, bucket)) ? "ready" : "missing";
      const ref = queueOfArn(arn);
      if (!ref) return "unsupported";
      const queue = await queues.records.find(ref);
      // As on the original: order is nothing that asynchronous events could keep.
      return queue ? (queue.settings.fifo ? "unsupported" : "ready") : "missing";
    },
    send: async (arn, delivery) => {
      const bucket = bucketIn(arn);
      if (bucket !== undefined) {
        const { key, body, ...owner } = objectOf(delivery);
        await objects.put(owner, bucket, key, body);
        return { checks: [], writes: [] };
      }
      const ref = queueOfArn(arn);
      const sending = ref && (await queues.delivery(ref, messageOf(delivery)));
      if (!sending) throw new Error(`the queue ${arn} is not there any more`);
      return sending;
    },
  };
}

function bucketIn(arn: string): string | undefined {
  const { service, resource } = parseArn(arn) ?? {};
  return service === "s3" ? resource : undefined;
}

type ObjectDelivery = Omit<Extract<Delivery, { readonly kind: "object" }>, "kind">;

/** The end of an asynchronous event lies under `aws/lambda/async/<function>/2026/11/25/2026-11-25T23.18.00-<uuid>`. */
function objectOf(delivery: Delivery): ObjectDelivery {
  if (delivery.kind === "object") return delivery;
  const ref = delivery.kind === "record" ? functionRefIn(delivery.record.requestContext.functionArn) : undefined;
  if (delivery.kind === "dead-letter" || !ref) throw new Error("a bucket is no dead-letter queue");
  const { timestamp } = delivery.record;
  const key = `aws/lambda/async/${ref.name}/${timestamp.slice(0, 10).replaceAll("-", "/")}/${timestamp.slice(0, 19).replaceAll(":", ".")}-${uuid()}`;
  return { account: ref.account, region: ref.region, key, body: JSON.stringify(delivery.record) };
}

function messageOf(delivery: Delivery): OutgoingMessage {
  switch (delivery.kind) {
    case "record":
      return { body: JSON.stringify(delivery.record), senderId: SENDER };
    case "object":
      return { body: delivery.body, senderId: SENDER };
    case "dead-letter":
      return {
        body: Buffer.from(delivery.body).toString(), senderId: SENDER,
        attributes: Object.fromEntries(Object.entries(delivery.attributes).map(([name, { type, value }]) => [name, { type, text: value }])),
      };
  }
}
