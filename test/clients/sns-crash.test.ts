// A server that is killed while it takes in publications: what was acknowledged has reached every subscriber, each publication whole or not at all.
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { test } from "vitest";
import { killableServer } from "./child-server.ts";
import { KILLS, killWhileSending, queueArn } from "./killed-while-sending.ts";

const killable = killableServer();

test(`of ${KILLS} times`, async () => {
  const TopicArn = "arn:aws:sns:us-east-1:000000000000:t";
  await killWhileSending(killable, {
    service: "sns.amazonaws.com",
    lead: async (settings, queue) => {
      const sns = new SNSClient(settings);
      await sns.send(new CreateTopicCommand({ Name: "t" }));
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn(queue), Attributes: { RawMessageDelivery: "true" } }));
    },
    open: (settings) => {
      const sns = new SNSClient(settings);
      return { send: (Message) => sns.send(new PublishCommand({ TopicArn, Message })), destroy: () => sns.destroy() };
    },
  });
});
