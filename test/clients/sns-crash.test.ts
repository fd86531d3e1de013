// A server that is killed while it takes in publications: what was acknowledged has reached every subscriber, each publication whole or not at all.
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { killableServer, type ClientSettings } from "./child-server.ts";
import { drain } from "./drain.ts";

const KILLS = 3;
const PUBLISHERS = 8;
const server = killableServer();
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

test(`of ${KILLS} times`, async () => {
  let settings: ClientSettings = await server.start();
  const policy = (name: string): string => JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queueArn(name) }] });
  const { TopicArn = "" } = await new SNSClient(settings).send(new CreateTopicCommand({ Name: "t" }));
  for (const QueueName of ["one", "two"]) {
    await new SQSClient(settings).send(new CreateQueueCommand({ QueueName, Attributes: { Policy: policy(QueueName) } }));
    await new SNSClient(settings).send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn(QueueName), Attributes: { RawMessageDelivery: "true" } }));
  }
  const acknowledged = new Set<string>();
  let n = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const sns = new SNSClient(settings);
    const enough = acknowledged.size + 100;
    const publisher = async (): Promise<void> => {
      for (;;) {
        const Message = String(n++);
        // Refused by a server that is gone: nobody knows whether it is there.
        if (!(await sns.send(new PublishCommand({ TopicArn, Message })).then(() => true, () => false))) return;
        acknowledged.add(Message);
        if (acknowledged.size >= enough) server.kill();
      }
    };
    await Promise.all(Array.from({ length: PUBLISHERS }, publisher));
    sns.destroy();
    settings = await server.start();
  }
  const [one, two] = [await drain(settings, "one"), await drain(settings, "two")];
  expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS * 100);
  expect([...acknowledged].filter((message) => !one.has(message))).toEqual([]);
  expect([...one].toSorted()).toEqual([...two].toSorted());
});
