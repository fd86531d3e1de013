// Where the ends of asynchronous events can be told beside functions: each kind is wired here, and nowhere else.
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { Delivery, Destinations } from "../functions/async/destinations.ts";
import { parseArn, functionRefIn } from "../kernel/arn.ts";
import type { Clock } from "../kernel/clock.ts";
import { type BusEvent, busOfArn, type BusRef, type Buses } from "../triggers/buses/buses.ts";
import { queueOfArn, type OutgoingMessage, type QueueRef, type Queues } from "../triggers/queues/queues.ts";
import { topicOfArn, type Publication, type Topics } from "../triggers/topics/topics.ts";
import type { Call } from "../wire/service.ts";

export interface DestinationDeps {
  readonly queues: Pick<Queues, "delivery" | "records">;
  /** Opened when they are first needed. */
  readonly topics: () => Promise<Pick<Topics, "delivery" | "records">>;
  readonly buses: () => Promise<Pick<Buses, "delivery" | "records">>;
  readonly clock: Pick<Clock, "now">;
  /** Operations of services, as the root of the account that the event belongs to. */
  readonly callAs: (account: string, region: string) => Call["call"];
}

/** Who sends for Lambda; receivers see it as the message's sender. */
const SENDER = "lambda.amazonaws.com";

export function destinationsOf({ queues, topics, buses, clock, callAs }: DestinationDeps): Destinations {
  return {
    state: async (arn, at) => {
      const [queue, bucket] = [queueOfArn(arn), bucketOfArn(arn)];
      if (queue) return stateOfQueue(queue, queues);
      const topic = topicOfArn(arn);
      if (topic) return (await (await topics()).records.find(topic)) ? "ready" : "missing";
      const bus = busOfArn(arn);
      if (bus) return (await (await buses()).records.find(bus)) ? "ready" : "missing";
      if (bucket === undefined) return "unsupported";
      return callAs(at.account, at.region)("s3", "HeadBucket", { Bucket: bucket }).then(() => "ready" as const, () => "missing" as const);
    },
    send: async (arn, delivery) => {
      const bucket = bucketOfArn(arn);
      if (bucket !== undefined && delivery.kind !== "dead-letter") {
        await putObject(bucket, delivery.kind === "object" ? delivery : objectOf(delivery.record), callAs);
        return { checks: [], writes: [] };
      }
      const [ref, topic, bus] = [queueOfArn(arn), topicOfArn(arn), busOfArn(arn)];
      const sending = bus ? await (await buses()).delivery(bus, eventOf(arn, bus, delivery, clock.now()))
        : topic ? await (await topics()).delivery(topic, publicationOf(delivery))
        : ref && (await queues.delivery(ref, messageOf(delivery)));
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

type ObjectDelivery = Omit<Extract<Delivery, { readonly kind: "object" }>, "kind">;

/** The end of an asynchronous event lies under the function's name and the day. */
function objectOf(record: Extract<Delivery, { readonly kind: "record" }>["record"]): ObjectDelivery {
  const { functionArn } = record.requestContext;
  const { account = "", region = "" } = parseArn(functionArn) ?? {};
  const [day = "", time = ""] = record.timestamp.split("T");
  const key = `aws/lambda/async/${functionRefIn(functionArn)?.name}/${day.replaceAll("-", "/")}/${day}T${time.slice(0, 8).replaceAll(":", ".")}-${randomUUID()}`;
  return { account, region, key, body: JSON.stringify(record) };
}

/** An object can not be part of the commit that ends the event: it is there before, and may come twice. */
async function putObject(bucket: string, { account, region, key, body }: ObjectDelivery, callAs: DestinationDeps["callAs"]): Promise<void> {
  const bytes = Buffer.from(body);
  await callAs(account, region)("s3", "PutObject", { Bucket: bucket, Key: key, Body: Readable.from([bytes]), ContentLength: bytes.byteLength });
}

function messageOf(delivery: Delivery): OutgoingMessage {
  if (delivery.kind === "object") return { body: delivery.body, senderId: SENDER };
  if (delivery.kind === "record") return { body: JSON.stringify(delivery.record), senderId: SENDER };
  const attributes = Object.fromEntries(Object.entries(delivery.attributes).map(([name, { type, value }]) => [name, { type, text: value }]));
  return { body: Buffer.from(delivery.body).toString(), senderId: SENDER, attributes };
}

/** A topic's subscribers get what a queue would. */
function publicationOf(delivery: Delivery): Publication {
  const { body, attributes } = messageOf(delivery);
  return { message: body, ...(attributes && { attributes }) };
}

/** Source: the original's recorded events: a bus is told of the end, and which function's it was. */
function eventOf(arn: string, { account, region }: BusRef, delivery: Delivery, timeMs: number): BusEvent {
  if (delivery.kind !== "record") throw new Error(`${arn} takes no ${delivery.kind}`);
  const { condition, functionArn } = delivery.record.requestContext;
  const detailType = `Lambda Function Invocation Result - ${condition === "Success" ? "Success" : "Failure"}`;
  return { id: randomUUID(), source: "lambda", detailType, detail: JSON.stringify(delivery.record), account, region, timeMs, resources: [arn, functionArn] };
}
