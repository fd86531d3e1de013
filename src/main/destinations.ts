// Where the ends of asynchronous events can be told beside functions: each kind is wired here, and nowhere else.
import type { Delivery, Destinations } from "../functions/async/destinations.ts";
import { queueOfArn, type OutgoingMessage, type Queues } from "../triggers/queues/queues.ts";

/** Who sends for Lambda; receivers see it as the message's sender. */
const SENDER = "lambda.amazonaws.com";

export function destinationsOf({ queues }: { readonly queues: Pick<Queues, "delivery" | "records"> }): Destinations {
  return {
    state: async (arn) => {
      const ref = queueOfArn(arn);
      if (!ref) return "unsupported";
      const queue = await queues.records.find(ref);
      // As on the original: order is nothing that asynchronous events could keep.
      return queue ? (queue.settings.fifo ? "unsupported" : "ready") : "missing";
    },
    send: async (arn, delivery) => {
      if (delivery.kind === "object") throw new Error(`nothing here can put an object into ${arn}`);
      const ref = queueOfArn(arn);
      const sending = ref && (await queues.delivery(ref, messageOf(delivery)));
      if (!sending) throw new Error(`the queue ${arn} is not there any more`);
      return sending;
    },
  };
}

function messageOf(delivery: Exclude<Delivery, { readonly kind: "object" }>): OutgoingMessage {
  if (delivery.kind === "record") return { body: JSON.stringify(delivery.record), senderId: SENDER };
  const attributes = Object.fromEntries(Object.entries(delivery.attributes).map(([name, { type, value }]) => [name, { type, text: value }]));
  return { body: Buffer.from(delivery.body).toString(), senderId: SENDER, attributes };
}
