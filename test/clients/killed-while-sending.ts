// A server that is killed, again and again, while it takes in what has two receivers: each gets all that was acknowledged, and both the same.
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import type { ClientSettings, KillableServer } from "./child-server.ts";
import { drain } from "./drain.ts";

export const KILLS = 3;
const SENDERS = 8;
const BETWEEN_KILLS = 100;
const RECEIVERS = ["one", "two"] as const;

export const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

interface Ways {
  /** Who sends to the queues. */
  readonly service: string;
  /** Has all that is sent reach the queue, which is there and lets the service in. */
  readonly lead: (settings: ClientSettings, queue: string) => Promise<void>;
  /** Opens a sender; the body that arrives is the text. */
  readonly open: (settings: ClientSettings) => { readonly send: (text: string) => Promise<unknown>; readonly destroy: () => void };
}

export async function killWhileSending(server: KillableServer, { service, lead, open }: Ways): Promise<void> {
  let settings: ClientSettings = await server.start();
  for (const QueueName of RECEIVERS) {
    const Policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sqs:SendMessage", Resource: queueArn(QueueName) }] });
    await new SQSClient(settings).send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }));
    await lead(settings, QueueName);
  }
  const acknowledged = new Set<string>();
  let n = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { send, destroy } = open(settings);
    const enough = acknowledged.size + BETWEEN_KILLS;
    const sender = async (): Promise<void> => {
      for (;;) {
        const text = String(n++);
        // Refused by a server that is gone: nobody knows whether it is there.
        if (!(await send(text).then(() => true, () => false))) return;
        acknowledged.add(text);
        if (acknowledged.size >= enough) server.kill();
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    destroy();
    settings = await server.start();
  }
  const [one, two] = [await drain(settings, RECEIVERS[0]), await drain(settings, RECEIVERS[1])];
  expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS * BETWEEN_KILLS);
  expect([...acknowledged].filter((text) => !one.has(text))).toEqual([]);
  expect([...one].toSorted()).toEqual([...two].toSorted());
}
