// What tests of EventBridge have in common: queues that let it in, rules with their targets, and what has come.
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand, type PutEventsCommandOutput, type PutEventsRequestEntry, type Target } from "@aws-sdk/client-eventbridge";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, type Message, type SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { ROLE, zipOf, type TestCloud } from "./harness.ts";

export const ACCOUNT = "000000000000";
export const settings = (endpoint: string, accessKeyId = "test") => ({ endpoint, region: "us-east-1", credentials: { accessKeyId, secretAccessKey: "test" }, maxAttempts: 1 });
export const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
export const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
export const busArn = (name: string): string => `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/${name}`;
export const order = (Source: string, detail: object, more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({ Source, DetailType: "Order placed", Detail: JSON.stringify(detail), ...more });

interface Clients {
  readonly cloud: TestCloud;
  readonly events: EventBridgeClient;
  readonly sqs: SQSClient;
}

export interface EventsTools {
  /** A queue that lets EventBridge in; its URL. */
  queue(QueueName: string, attributes?: Record<string, string>): Promise<string>;
  receive(QueueUrl: string, WaitTimeSeconds?: number): Promise<readonly Message[]>;
  /** Of the messages received, as JSON. */
  bodies(QueueUrl: string): Promise<readonly unknown[]>;
  /** A rule with its targets; its ARN. */
  rule(Name: string, pattern: object, targets: readonly Target[], EventBusName?: string): Promise<string>;
  put(...entries: readonly PutEventsRequestEntry[]): Promise<PutEventsCommandOutput>;
  /** A function for Node.js. */
  make(FunctionName: string, code: string): Promise<unknown>;
}

/** `clients`: asked at each use, for they begin with the tests. */
export function eventsTools(clients: () => Clients): EventsTools {
  const tools: EventsTools = {
    queue: async (QueueName, attributes = {}) => {
      const Policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queueArn(QueueName) }] });
      return (await clients().sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy, ...attributes } }))).QueueUrl ?? "";
    },
    receive: async (QueueUrl, WaitTimeSeconds = 10) =>
      (await clients().sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"], AttributeNames: ["All"] }))).Messages ?? [],
    bodies: async (QueueUrl) => (await tools.receive(QueueUrl)).map(({ Body = "" }) => JSON.parse(Body) as unknown),
    rule: async (Name, pattern, targets, EventBusName) => {
      const { events } = clients();
      const { RuleArn = "" } = await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern), EventBusName }));
      expect(await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [...targets] }))).toMatchObject({ FailedEntryCount: 0 });
      return RuleArn;
    },
    put: (...entries) => clients().events.send(new PutEventsCommand({ Entries: [...entries] })),
    make: (FunctionName, code) =>
      clients().cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 20, Code: { ZipFile: zipOf({ "index.mjs": code }) } })),
  };
  return tools;
}
