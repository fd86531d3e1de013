// A server that is killed while it takes in events: what was acknowledged has reached every target, each event whole or not at all.
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { killableServer, type ClientSettings } from "./child-server.ts";
import { drain } from "./drain.ts";

const KILLS = 3;
const SENDERS = 8;
const server = killableServer();
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

test(`of ${KILLS} times`, async () => {
  let settings: ClientSettings = await server.start();
  const policy = (name: string): string => JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queueArn(name) }] });
  for (const QueueName of ["one", "two"]) {
    await new SQSClient(settings).send(new CreateQueueCommand({ QueueName, Attributes: { Policy: policy(QueueName) } }));
    await new EventBridgeClient(settings).send(new PutRuleCommand({ Name: QueueName, EventPattern: '{"source":["s"]}' }));
    await new EventBridgeClient(settings).send(new PutTargetsCommand({ Rule: QueueName, Targets: [{ Id: "q", Arn: queueArn(QueueName), InputPath: "$.detail.n" }] }));
  }
  const acknowledged = new Set<string>();
  let n = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const events = new EventBridgeClient(settings);
    const enough = acknowledged.size + 100;
    const sender = async (): Promise<void> => {
      for (;;) {
        const text = String(n++);
        // Refused by a server that is gone: nobody knows whether it is there.
        if (!(await events.send(new PutEventsCommand({ Entries: [{ Source: "s", DetailType: "t", Detail: `{"n":${text}}` }] })).then(() => true, () => false))) return;
        acknowledged.add(text);
        if (acknowledged.size >= enough) server.kill();
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    events.destroy();
    settings = await server.start();
  }
  const [one, two] = [await drain(settings, "one"), await drain(settings, "two")];
  expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS * 100);
  expect([...acknowledged].filter((message) => !one.has(message))).toEqual([]);
  expect([...one].toSorted()).toEqual([...two].toSorted());
});
